"""The files for Docker fit together, and the check of them sees when they do not."""

from __future__ import annotations

import pytest

from tests.support.docker_check import ROOT, compose_faults
from tests.support.walk_dockerfile import instructions

COMPOSE = (ROOT / "docker-compose.yml").read_text()


def test_the_compose_file_has_no_fault() -> None:
    assert compose_faults(COMPOSE) == []


@pytest.mark.parametrize(
    ("instead_of", "comes", "fault"),
    [
        ("8080-8081:8080", "8080:8080", "2 replicas can't share the port 8080:8080"),
        ("postgres:17", "postgres:latest", "postgres: the image's version is not pinned"),
        ("    build: .\n", "", "hub: needs either an image or a build"),
        ("volumes:\n  rabbitmq:\n", "volumes:\n", "rabbitmq: rabbitmq is not declared under volumes"),
        ("      postgres:\n        condition", "      mysql:\n        condition", "depends on mysql"),
        ("healthcheck:", "x-healthcheck:", "waits for rabbitmq to be healthy, which has no health check"),
    ],
)
def test_a_fault_in_the_compose_file_is_named(instead_of: str, comes: str, fault: str) -> None:
    assert instead_of in COMPOSE
    assert fault in "; ".join(compose_faults(COMPOSE.replace(instead_of, comes)))


def test_the_image_holds_what_the_wheel_is_built_from_and_starts_the_hub() -> None:
    steps = list(instructions((ROOT / "Dockerfile").read_text()))
    copied = {word for step, rest in steps if step == "COPY" for word in rest.split()}
    assert {"pyproject.toml", "README.md", "LICENSE", "hub", "adapters", "schemas"} <= copied
    assert [rest for step, rest in steps if step in {"ENTRYPOINT", "CMD"}] == ['["hub"]', '["serve"]']
    assert ("USER", "hub") in steps
