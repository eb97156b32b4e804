"""Files that follow from the code: schemas and process pages, written here and watched for drift."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path


def _present(folder: Path, owned: Iterable[str]) -> set[str]:
    return {path.relative_to(folder).as_posix() for pattern in owned for path in folder.glob(pattern)}


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def write(folder: Path, files: Mapping[str, str], owned: Iterable[str]) -> list[Path]:
    """Bring a folder in line with ``files`` (text by path within it); give the paths that changed.

    ``owned`` names, as patterns, the files of the folder that no hand writes: those among them that are not
    of ``files`` any more are removed.
    """
    changed = []
    for name, text in sorted(files.items()):
        path = folder / name
        if _read(path) != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            changed.append(path)
    for name in sorted(_present(folder, owned) - set(files)):
        (folder / name).unlink()
        changed.append(folder / name)
    return changed


def drift(folder: Path, files: Mapping[str, str], owned: Iterable[str]) -> list[str]:
    """What `write` would change, a line each: missing, stale and surplus files."""
    found = {name: _read(folder / name) for name in files}
    faults = [f"{name}: missing" for name, text in found.items() if text is None]
    faults += [f"{name}: stale" for name, text in found.items() if text is not None and text != files[name]]
    faults += [f"{name}: surplus" for name in _present(folder, owned) - set(files)]
    return sorted(faults)
