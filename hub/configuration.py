"""What settings and partner files make of the process: its partners, its rules, its policies."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from hub.errors import ConfigurationError
from hub.partner_files import PartnerFiles, load_partners, read_partner_files
from hub.partners import Partner, Partners, PenaltyTable
from hub.policies import Policies
from hub.profile_faults import OurIds
from hub.sagas.case import Agreed, CustomerTerms, Rules, SupplierOffer, SupplierTimes
from hub.settings import Settings


def partners_of(settings: Settings) -> Partners:
    """The partner and material files that exist. Raises ConfigurationError with file and line."""
    return load_partners(*(path for path in partner_paths(settings) if path.exists()), our=_our_ids(settings))


def partner_paths(settings: Settings) -> list[Path]:
    """Where partner and material files are to be."""
    return [path if path.is_absolute() else settings.folder / path for path in settings.partners]


def partner_files(settings: Settings, *more: Path) -> PartnerFiles:
    """The partner files that exist, and more beside them, with everything that is wrong in them."""
    paths = [path for path in partner_paths(settings) if path.exists()]
    known = {path.resolve() for path in paths}
    return read_partner_files([*paths, *(each for each in more if each.resolve() not in known)], _our_ids(settings))


def _our_ids(settings: Settings) -> OurIds:
    return OurIds(settings.our_edi_id, settings.our_edi_qualifier)


def rules_of(settings: Settings, partners: Partners) -> Rules:
    """What the process depends on, from settings and partner files."""
    suppliers = {partner.id: partner for partner in partners.all.values() if partner.role == "supplier"}
    return Rules(
        calendar=settings.calendar,
        task_due=settings.task_due,
        penalty_answer=timedelta(hours=settings.penalty_answer_hours),
        penalty_reminder=timedelta(hours=settings.penalty_reminder_hours),
        penalty_percent=_exact(settings.penalty_percent),
        penalty_percent_of={
            key: _exact(each.penalty_percent) for key, each in partners.all.items() if each.penalty_percent is not None
        },
        currencies={key: each.currency for key, each in partners.all.items() if each.currency},
        revision_reminder=timedelta(hours=settings.revision_reminder_hours),
        revision_reminders=settings.revision_reminders,
        revision_lapse=settings.revision_lapse,
        senior_after=settings.senior_after,
        production_days=settings.production_days,
        supplier_answer=timedelta(hours=settings.supplier_answer_hours),
        supplier_reminder=timedelta(hours=settings.supplier_reminder_hours),
        supplier_reminders=settings.supplier_reminders,
        supplier_times={key: _times_of(settings, each) for key, each in suppliers.items()},
        supplier_tolerance_percent=settings.supplier_tolerance_percent,
        supplier_price_tolerance_percent=settings.supplier_price_tolerance_percent,
        tolerance_percent={
            key: each.tolerance_percent for key, each in suppliers.items() if each.tolerance_percent is not None
        },
        part_shipments=frozenset(each.id for each in partners.all.values() if each.part_shipments),
        suppliers=frozenset(suppliers),
        terms={each.id: terms_of(each) for each in partners.all.values() if each.role == "customer"},
        offers={
            material.id: tuple(
                SupplierOffer(
                    supplier_id=offer.supplier,
                    name=suppliers[offer.supplier].name if offer.supplier in suppliers else offer.supplier,
                    lead_time_days=offer.lead_time_days,
                    price=offer.price,
                    currency=offer.currency,
                    minimum=offer.minimum,
                    description=material.description or None,
                )
                for offer in material.suppliers
            )
            for material in partners.materials.values()
        },
    )


def _times_of(settings: Settings, supplier: Partner) -> SupplierTimes:
    reminders = settings.supplier_reminders if supplier.reminders is None else supplier.reminders
    return SupplierTimes(
        answer=timedelta(hours=supplier.answer_hours or settings.supplier_answer_hours),
        reminder=timedelta(hours=supplier.reminder_hours or settings.supplier_reminder_hours),
        reminders=reminders,
    )


def _exact(table: PenaltyTable) -> dict[str, Decimal]:
    return {step: Decimal(str(percent)) for step, percent in table.items()}


def terms_of(customer: Partner) -> CustomerTerms:
    """What is agreed with a customer."""
    prices = {each.part: Agreed(each.price, each.basis) for each in customer.prices}
    return CustomerTerms(customer.currency, prices, customer.parts, tuple(customer.usual_remarks))


def policies_of(settings: Settings, partners: Partners) -> Policies:
    """The policies of profiles and settings. Raises ConfigurationError when two share a name."""
    of_partners = {each.id: tuple(each.policies) for each in partners.all.values() if each.policies}
    seen: set[str] = set()
    for owner, policies in (*of_partners.items(), ("the settings", settings.policies)):
        for policy in policies:
            if policy.name in seen:
                raise ConfigurationError(f"two policies are called {policy.name}", where=owner)
            seen.add(policy.name)
    return Policies(of_partners, tuple(settings.policies))
