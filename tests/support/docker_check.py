"""Tries docker-compose.yml and the Dockerfile as far as goes without a Docker engine: `make docker-check`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.support.walk_dockerfile import WalkFailed, walk

ROOT = Path(__file__).parents[2]


def compose_faults(text: str) -> list[str]:
    """Return what is wrong with a compose file, as far as the file itself shows."""
    document = yaml.safe_load(text)
    services: dict[str, dict[str, Any]] = document.get("services") or {}
    volumes = document.get("volumes") or {}
    faults = []
    for name, service in services.items():
        if bool(service.get("image")) == bool(service.get("build")):
            faults.append(f"{name}: needs either an image or a build")
        tag = str(service.get("image", ":pinned")).rpartition(":")[2]
        if tag == "latest" or "/" in tag:
            faults.append(f"{name}: the image's version is not pinned")
        faults += [
            f"{name}: {volume} is not declared under volumes"
            for volume in (mount.partition(":")[0] for mount in service.get("volumes", []))
            if not volume.startswith((".", "/")) and volume not in volumes
        ]
        faults += [f"{name}: {fault}" for fault in _port_faults(service)]
        for other, how in (service.get("depends_on") or {}).items():
            if other not in services:
                faults.append(f"{name}: depends on {other}, which is not a service")
            elif how["condition"] == "service_healthy" and not services[other].get("healthcheck"):
                faults.append(f"{name}: waits for {other} to be healthy, which has no health check")
    return faults or ([] if services else ["no services"])


def _port_faults(service: dict[str, Any]) -> list[str]:
    replicas = (service.get("deploy") or {}).get("replicas", 1)
    faults = []
    for port in service.get("ports", []):
        first, _, last = str(port).split(":")[-2].partition("-")
        if int(last or first) - int(first) + 1 < replicas:
            faults.append(f"{replicas} replicas can't share the port {port}")
    return faults


def main() -> int:
    """Check both files; say in a line each what was tried and what was not."""
    compose = ROOT / "docker-compose.yml"
    faults = compose_faults(compose.read_text())
    print(f"docker-compose.yml: {'; '.join(faults) or 'services, volumes, ports, health checks fit together'}")
    asked = ["docker", "compose", "--file", str(compose), "config", "--quiet"]
    if shutil.which("docker") and not subprocess.run([*asked[:2], "version"], capture_output=True).returncode:
        faults += [] if subprocess.run(asked).returncode == 0 else ["docker compose config"]
    else:
        print("  not tried: `docker compose config` (this client has no compose)")
    try:
        walk(ROOT)
    except WalkFailed as failure:
        faults.append(str(failure))
        print(f"Dockerfile: {failure}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
