"""Partner and material files: read, and everything that is wrong in them told at once, each with file and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from hub.errors import ConfigurationError
from hub.partners import (
    AgreedPrice,
    EdiProfile,
    EmailProfile,
    FolderProfile,
    MaterialEntry,
    Offer,
    Partner,
    Partners,
)
from hub.profile_faults import OurIds, Place, Severity, faults_of, shared
from hub.yaml_files import YamlFile, plainly, read_yaml

_MODELS: dict[str, type[BaseModel]] = {
    "partners": Partner,
    "edi": EdiProfile,
    "email": EmailProfile,
    "folders": FolderProfile,
    "prices": AgreedPrice,
    "materials": MaterialEntry,
    "suppliers": Offer,
}
"""By the name of what holds them"""
_KINDS: dict[str, type[Partner | MaterialEntry]] = {"partners": Partner, "materials": MaterialEntry}


@dataclass(frozen=True, slots=True)
class FileFault:
    """Something wrong in a file; with an error the hub does not start."""

    where: str
    """file and line"""
    about: str
    """the partner or material, and the field"""
    message: str
    todo: str = ""
    severity: Severity = "error"
    partner: str = ""

    def __str__(self) -> str:
        """What is wrong, and what to do about it."""
        said = f"{self.about}: {self.message}" if self.about else self.message
        return f"{said}; {self.todo}" if self.todo else said


@dataclass(slots=True)
class PartnerFiles:
    """What the files hold as far as it can be understood, and what is wrong in them."""

    partners: dict[str, Partner] = field(default_factory=dict)
    materials: dict[str, MaterialEntry] = field(default_factory=dict)
    faults: list[FileFault] = field(default_factory=list)
    _places: dict[tuple[str, str], tuple[YamlFile, Place]] = field(default_factory=dict)
    """where each partner and each material stands"""

    @property
    def errors(self) -> list[FileFault]:
        """The faults with which the hub does not start."""
        return [each for each in self.faults if each.severity == "error"]

    def known(self) -> Partners:
        """Partners and materials. Raises ConfigurationError, with file and line, for the first error."""
        if self.errors:
            first = self.errors[0]
            raise ConfigurationError(str(first), where=first.where)
        return Partners(self.partners.values(), self.materials.values())

    def place(self, partner: Partner, steps: Place = ()) -> str:
        """File and line of a partner, or of a field of its profile."""
        file, place = self._places["partners", partner.id]
        return file.place((*place, *steps))

    def file_of(self, partner: Partner) -> str:
        """The file that a partner stands in."""
        return str(self._places["partners", partner.id][0].path)

    def read(self, path: Path) -> None:
        """Read one more file."""
        try:
            file = read_yaml(path)
        except ConfigurationError as error:
            self.faults.append(FileFault(error.where, "", error.message))
            return
        for name in file.data:
            if name not in _KINDS:
                close = get_close_matches(str(name), _KINDS, n=1)
                todo = f"{close[0]} is meant?" if close else "there are partners and materials"
                self.faults.append(FileFault(file.place((name,)), str(name), "there is no such field", todo))
        for kind in _KINDS:
            entries = file.data.get(kind)
            if entries is None:
                continue
            if not isinstance(entries, list):
                message = plainly({"type": "list_type"})
                self.faults.append(FileFault(file.place((kind,)), kind, message, "begin each entry with a dash"))
                continue
            for number, entry in enumerate(entries):
                self._enter(file, kind, number, entry)

    def _enter(self, file: YamlFile, kind: str, number: int, entry: Any) -> None:
        place: Place = (kind, number)
        try:
            made = _KINDS[kind].model_validate(entry)
        except ValidationError as error:
            self.faults += (_of_model(file, place, entry, each) for each in error.errors(include_url=False))
            return
        before = self._places.get((kind, made.id))
        if before is not None:
            message = f"{kind.removesuffix('s')} {made.id} is defined twice"
            todo = f"it stands at {before[0].place((*before[1], 'id'))} too; give each an id of its own"
            self.faults.append(FileFault(file.place((*place, "id")), "", message, todo, partner=made.id))
            return
        self._places[kind, made.id] = file, place
        if isinstance(made, Partner):
            self.partners[made.id] = made
        else:
            self.materials[made.id] = made

    def judge(self, our: OurIds) -> None:
        """Look at what each profile means, by itself and beside the others."""
        for found in self.partners.values():
            for fault in faults_of(found, our):
                self._note(("partners", found.id), fault.field, fault.message, fault.todo, fault.severity)
        for owner, fault in shared(self.partners.values()):
            self._note(("partners", owner), fault.field, fault.message, fault.todo, fault.severity)
        for material in self.materials.values():
            for number, offer in enumerate(material.suppliers):
                message = _stranger(self.partners.get(offer.supplier), offer.supplier)
                if message:
                    field_: Place = ("suppliers", number, "supplier")
                    self._note(("materials", material.id), field_, message, "nothing can be ordered there", "warning")

    def _note(self, owner: tuple[str, str], field_: Place, message: str, todo: str, severity: Severity) -> None:
        file, place = self._places[owner]
        said = ".".join(str(step) for step in field_ if isinstance(step, str))
        about = f"{owner[1]}: {said}" if said else owner[1]
        partner = owner[1] if owner[0] == "partners" else ""
        self.faults.append(FileFault(file.place((*place, *field_)), about, message, todo, severity, partner))


def read_partner_files(paths: Iterable[Path], our: OurIds = OurIds()) -> PartnerFiles:  # noqa: B008  # it is frozen
    """Read partner and material files (YAML, ``partners:`` and ``materials:`` lists in any of them)."""
    files = PartnerFiles()
    for path in paths:
        files.read(path)
    files.judge(our)
    return files


def load_partners(*paths: Path, our: OurIds = OurIds()) -> Partners:  # noqa: B008
    """The partners and materials of files. Raises ConfigurationError with file and line when something is wrong."""
    return read_partner_files(paths, our).known()


def _stranger(found: Partner | None, name: str) -> str:
    if found is None:
        return f"supplier {name} has no profile"
    return "" if found.role == "supplier" else f"{name} is no supplier, but a {found.role}"


def _of_model(file: YamlFile, place: Place, entry: Any, fault: Any) -> FileFault:
    """A fault of the form, in words for a person."""
    steps = tuple(step for step in fault["loc"] if step != "[key]")
    known = entry.get("id") if isinstance(entry, dict) else None
    name = known if isinstance(known, str) and known.isprintable() and 0 < len(known) <= 80 else ""
    owner = name or f"{place[0]}.{place[1]}"
    about = f"{owner}: {'.'.join(map(str, steps))}" if steps else owner
    todo = _meant(steps, str(place[0])) if fault["type"] == "extra_forbidden" else ""
    partner = name if place[0] == "partners" else ""
    return FileFault(file.place((*place, *steps)), about, plainly(fault), todo, partner=partner)


def _meant(steps: Sequence[int | str], kind: str) -> str:
    """What a field may have been meant to be that there is none of: a misspelt one, or one in the wrong place."""
    *holders, field_ = (step for step in (kind, *steps) if isinstance(step, str))
    here = _MODELS.get(holders[-1]) if holders else None
    close = get_close_matches(field_.lower(), here.model_fields if here else (), n=1)
    if close:
        return f"{close[0]} is meant?"
    elsewhere = [name for name in _homes(kind, holders[-1]) if field_ in _MODELS[name].model_fields]
    return (
        f"it belongs in {elsewhere[0]}; see how far it is indented" if elsewhere else "docs/partners.md has all fields"
    )


def _homes(kind: str, here: str) -> Iterator[str]:
    """The parts of such an entry, beside the one at hand."""
    parts = ("partners", "edi", "email", "folders", "prices") if kind == "partners" else ("materials", "suppliers")
    return (name for name in parts if name != here)
