"""`hub send`, `hub tasks`, `hub answer`, `hub assign`: telling the hub what to do."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from hub.cli import screen
from hub.cli.common import AsJson, Limit, example, read_data, run, store, with_store
from hub.cli.orders import find_order
from hub.cli.sending import Timeout, Wait, Waiting, checked, send, tell
from hub.errors import Refused
from hub.messages.base import ROLES, Person
from hub.messages.catalogue import COMMANDS
from hub.messages.envelope import check_data, first_fault, instant
from hub.messages.shipment import DispatchShipment
from hub.messages.task import AssignTask
from hub.settings import load_settings
from hub.store import queries
from hub.store.database import Database

SOURCE = "hub-cli"
NAMES = ("order_id", "work_order_id", "requirement_id", "material_po_id", "document_id")
FROM_FACTS = ("cancellation_id", "change_id", "line")


@example(
    'hub send order.review \'{"order_id": "O-7K3M9QX2WDRT", "decision": "confirm",',
    '    "by": {"role": "sales-officer", "name": "Ada Lind"}}\'',
    "hub send customer-po.submit po.json",
)
def send_command(
    kind: Annotated[str, typer.Argument(metavar="TYPE", help="The command: order.review, or order.review.v1.")],
    data: Annotated[str, typer.Argument(metavar="JSON-OR-FILE", help="Its data; - reads standard input.")],
    message_id: Annotated[str, typer.Option("--id", help="Its id; the second of the same id is dropped.")] = "",
    source: Annotated[str, typer.Option(help="Who says it.")] = SOURCE,
    wait: bool = Wait,
    timeout: float | None = Timeout,
    as_json: AsJson = False,
) -> None:
    """Send one command, checked against its schema first, and wait for its outcome."""
    message = checked(kind, read_data(data))
    letter, verdict = run(send(load_settings(), message, source, message_id, Waiting(wait, timeout)))
    tell(letter, verdict, as_json)


@example(
    "hub tasks --role sales-officer",
    "hub tasks T-7K3M9QX2WDRT-1",
)
def tasks(
    task_id: Annotated[str, typer.Argument(metavar="[TASK]", help="Show this task, with all there is to know.")] = "",
    role: Annotated[str, typer.Option(help=f"Only those for this role: {', '.join(ROLES)}.")] = "",
    order: Annotated[str, typer.Option(help="Only those of this order (its id or PO number).")] = "",
    assignee: Annotated[str, typer.Option(metavar="NAME", help="Only those given to this person.")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those that are past their due time.")] = False,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """List the open tasks: the decisions that wait for somebody, the longest waiting first. With TASK: its facts."""
    if task_id:
        _show_task(with_store(lambda database: queries.task(database, task_id)), as_json)
        return
    if role and role not in ROLES:
        raise typer.BadParameter(f"{role} is no role; there are {', '.join(ROLES)}", param_hint="--role")

    async def look(database: Database) -> list[dict[str, Any]]:
        order_id = await find_order(database, order) if order else ""
        return await queries.tasks(
            database,
            role=role,
            order_id=order_id,
            assignee=assignee,
            due_by=instant(datetime.now(UTC)) if overdue else "",
            limit=limit,
        )

    found = with_store(look)
    if as_json:
        screen.show_json(found)
        return
    rows = [
        {
            "task": each["task_id"],
            "decision": screen.version_off(each["kind"]),
            "role": each["role"] + (f" ({each['assignee']})" if each["assignee"] else ""),
            "about": each["work_order_id"] or each["material_po_id"] or each["document_id"] or each["order_id"],
            "PO": each["facts"].get("po_number"),
            "due": screen.shortly(each["due_at"]),
        }
        for each in found
    ]
    screen.show_table(rows, ("task", "decision", "role", "about", "PO", "due"), "no open tasks")
    if len(found) == limit:
        screen.warn(f"there may be more than {limit}: --limit")


def _show_task(task: dict[str, Any], as_json: bool) -> None:
    """One task, and what there is to judge by."""
    if as_json:
        screen.show_json(task)
        return
    whose = f" ({task['assignee']})" if task["assignee"] else ""
    screen.say(f"{task['task_id']}  {screen.version_off(task['kind'])} by the {task['role']}{whose}, {task['state']}")
    screen.say(f"opened {screen.shortly(task['opened_at'])}, due {screen.shortly(task['due_at'])}\n")
    screen.say("\n".join(screen.outline(task["facts"])))


@example(
    "hub answer T-7K3M9QX2WDRT-1 '{\"decision\": \"confirm\"}' --by 'sales-officer:Ada Lind'",
)
def answer(
    task_id: Annotated[str, typer.Argument(metavar="TASK", help="Id of the task.")],
    data: Annotated[str, typer.Argument(metavar="JSON-OR-FILE", help="The answer, without the ids; - is stdin.")],
    by: Annotated[str, typer.Option(metavar="ROLE:NAME", help="Who answers; default: the task's role and you.")] = "",
    wait: bool = Wait,
    timeout: float | None = Timeout,
    as_json: AsJson = False,
) -> None:
    """Answer a task; the ids it knows are filled in. `hub tasks --json` shows its facts."""
    given = read_data(data)

    async def carry_out() -> None:
        settings = load_settings()
        async with store(settings) as database:
            task = await queries.task(database, task_id)
        message = checked(task["kind"], filled(task, given, by))
        letter, verdict = await send(settings, message, SOURCE, "", Waiting(wait, timeout))
        tell(letter, verdict, as_json)

    run(carry_out())


@example(
    "hub assign T-7K3M9QX2WDRT-1 'Ada Lind'",
    "hub assign T-7K3M9QX2WDRT-1 --nobody",
)
def assign(
    task_id: Annotated[str, typer.Argument(metavar="TASK", help="Id of the task.")],
    person: Annotated[str, typer.Argument(metavar="[PERSON]", help="Name of the one who is to answer it.")] = "",
    nobody: Annotated[bool, typer.Option("--nobody", help="Give it back to all of its role.")] = False,
    by: Annotated[str, typer.Option(metavar="ROLE:NAME", help="Who says so; default: the task's role and you.")] = "",
    wait: bool = Wait,
    timeout: float | None = Timeout,
    as_json: AsJson = False,
) -> None:
    """Give an open task to a person; whoever has its role may still answer it. `hub tasks --assignee` lists theirs."""
    if bool(person.strip()) == nobody:
        raise typer.BadParameter("name a person, or say --nobody", param_hint="PERSON")

    async def carry_out() -> None:
        settings = load_settings()
        async with store(settings) as database:
            task = await queries.task(database, task_id)
        data = {"task_id": task_id, "assignee": person.strip() or None, "by": author(by, task)}
        message = check_data(AssignTask.TYPE, data)
        letter, verdict = await send(settings, message, SOURCE, "", Waiting(wait, timeout))
        tell(letter, verdict, as_json)

    run(carry_out())


def filled(task: dict[str, Any], given: dict[str, Any], by: str) -> dict[str, Any]:
    """The answer with all that its task knows. Raises Refused when the task is not open."""
    if task["state"] != "open":
        at = screen.shortly(task["ended_at"])
        raise Refused(f"task {task['task_id']} was {task['state']} at {at}", where="task_id", code="task_closed")
    fields = {field.alias or name for name, field in COMMANDS[task["kind"]].model_fields.items()}
    facts = task["facts"]
    known = {name: task[name] for name in NAMES if task.get(name)}
    known |= {name: facts[name] for name in FROM_FACTS if facts.get(name) and name not in known}
    known |= {"task_id": task["task_id"], "by": author(by, task)}
    if task["kind"] == DispatchShipment.TYPE and facts.get("ready"):
        known["items"] = [{"work_order_id": task["work_order_id"], "quantity": facts["ready"]}]
    if isinstance(facts.get("lines"), list) and len(facts["lines"]) == 1:
        known.setdefault("line", facts["lines"][0].get("line"))
    return {name: value for name, value in known.items() if name in fields} | given


def author(by: str, task: dict[str, Any]) -> dict[str, str]:
    """Who answers: as given (`role:name`), or the one whose task it is."""
    role, colon, name = by.partition(":")
    if by and (not colon or role not in ROLES or not name.strip()):
        raise typer.BadParameter(f"{by!r} is not role:name; roles are {', '.join(ROLES)}", param_hint="--by")
    if by:
        return {"role": role, "name": name.strip()}
    return {"role": task["role"], "name": user()}


def operator(name: str) -> Person:
    """Whoever runs the hub: of this name, or as who is logged in."""
    try:
        return Person(role="operator", name=name or user())
    except ValidationError as error:
        raise typer.BadParameter(first_fault(error)[1], param_hint="--by") from error


def user() -> str:
    """The name of whoever is logged in."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"
