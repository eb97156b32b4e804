"""The rules of the process, by number: what code, tests and pages mean when they say "R14"."""

from __future__ import annotations

RULES: dict[str, str] = {
    # the customer's purchase order
    "R1": "A customer PO has one or more lines, each for a product; a product named twice makes two lines, and the "
    "review says so.",
    "R1a": "What a line specifies (grade, dimensions, tolerances, finish, drawings) travels through to the work order.",
    "R2": "A PO received is reviewed by a sales officer, who sees per line what there is to judge it by.",
    "R3": "The review confirms, asks for a revision with reasons and proposals per line, or rejects.",
    "R4": "Asked to revise, the order stands by until a revised PO comes, which is reviewed again, as often as it "
    "takes; a setting hands later rounds to a senior sales officer.",
    "R5": "The customer hears of every answer over the channel that the PO came in by.",
    "R6": "A revised PO that comes during the review takes its place; every revision stays readable.",
    "R7": "The same document twice starts nothing twice; a different one under a PO number in use, not marked as a "
    "revision or cancellation, is put to the sales officer.",
    "R8": "A change after confirmation is a request of its own, answered and carried out line by line.",
    # work orders
    "R10": "A confirmed PO gives one work order per line.",
    "R11": "A production engineer lists the raw materials that a work order needs; the list may be empty.",
    "R12": "A procurement officer sources each material, from stock, from suppliers, or part from each; what comes "
    "from stock is reserved.",
    "R13": "For what is ordered a supplier is chosen, and a material PO goes out over the supplier's own channel.",
    "R14": "Production starts by a command, once all materials are available and not before, and consumes them.",
    "R15": "The engineer who examined a work order schedules and makes it; handing it to another is recorded.",
    "R16": "The finished product is checked by a quality inspector.",
    "R17": "That engineer decides on a defect: a fix, without new materials, or making again, with the whole list "
    "anew; what was scrapped is recorded.",
    "R18": "A product ships as soon as it is ready, whatever the state of the other lines.",
    "R19": "An order ends when every line is shipped or cancelled: completed if anything was shipped, else cancelled.",
    # material POs
    "R20": "A supplier accepts, accepts with changes, or rejects; what is not plain acceptance is decided by a "
    "procurement officer.",
    "R21": "A material is available when all of it has come in; part deliveries are recorded, and what is too much "
    "goes to stock.",
    "R22": "A supplier who is silent or late is reminded, and then raised to the procurement officer.",
    # cancellation
    "R30": "The customer may cancel at any time before the shipment.",
    "R31": "The sales officer decides whether an order can be cancelled, and whether a penalty is due.",
    "R32": "Cancelled without penalty, all work stops and the customer is told.",
    "R33": "With a penalty the customer is asked first; unless it is accepted, the order goes on.",
    "R34": "What cannot be cancelled goes on, and the customer is told why.",
    "R35": "All work stops: tasks, work orders, reservations, material POs and schedules of the lines concerned.",
    "R36": "While a cancellation is being decided its lines are on hold: nothing ships, no material PO goes out, "
    "and work on the floor goes on.",
    "R37": "What has shipped is outside the cancellation; single lines can be named, and decided differently.",
    "R38": "An unanswered penalty question is reminded of, then the order goes on; a later acceptance is refused. "
    "A second request adds nothing for the same lines and joins for others.",
    "R39": "In stand-by and under review a cancellation works the same.",
    # across the process
    "R40": "A task is answered by a person, a policy or another system, and the answer says by whom; one that comes "
    "too late or from the wrong role changes nothing, and its sender is told.",
    "R41": "Every change of state is published as an event, once in effect and per order in order.",
    "R42": "What cannot be processed is never lost and blocks nothing: retried, then set aside for a person.",
    "R43": "Repeats change nothing, early facts wait for what they depend on, and of competing decisions the first "
    "committed counts.",
    "R44": "The whole history of an order can be read back: documents, messages, decisions, who, when and why.",
    # from the field
    "R60": "Requested, first confirmed, confirmed and projected dates are kept apart; a delay is decided by sales "
    "before the customer hears of it.",
    "R61": "Production and inspection count quantities; only the shortfall is fixed or made again, and the good part "
    "ships first where the customer's profile says so.",
    "R62": "What is half made when a line is cancelled is the engineer's to dispose of; materials are counted once.",
    "R63": "A material PO that serves several orders loses only the cancelled share; losing a material PO reopens "
    "sourcing and cancels nothing of the customer's.",
    "R64": "A penalty is proposed from a table by how far the work has come, may be changed by the officer, and "
    "stands until it expires.",
    "R65": "A customer who owes a revised PO is reminded; lapsing is off by default, and a later revision reopens "
    "the order.",
    "R66": "“In full” has a tolerance per partner.",
    "R67": "A new product, a price that is not the agreed one and a past date are facts on the review, and no policy "
    "confirms them; planning a past date is refused with the earliest one possible.",
    "R68": "Blanket orders, call-offs, returns, quotations and forecasts are recognised and handed to a person.",
    "R69": "A changed quantity alters the same work order: what is reserved never exceeds what is required, and "
    "received plus awaited is what was ordered.",
    "R70": "Links survive cancellation: nothing in the ledger is unreachable from its order.",
}
"""By number: what holds, in a sentence."""
