"""``demo``: a company to try the product on."""

from supplier_quality import clock, logs
from supplier_quality.console import Console, command, option
from supplier_quality.demo.story import Made, check_empty, check_place, is_used, make_demo
from supplier_quality.language import _
from supplier_quality.persistence import schema


@command("demo", help=_("Fill an empty installation with a company to try the product on"))
@option("--if-empty", is_flag=True, help=_("Do nothing when there are people or suppliers already"))
def demo(console: Console, *, if_empty: bool) -> None:
    settings, at = console.settings, clock.now()
    check_place(settings)
    database = console.open_database()
    schema.upgrade(database)
    if if_empty:
        with database.read() as session:
            used = is_used(session)
        if used:
            sentence = _("There are people or suppliers already; nothing was done.")
            console.answer({"made": False, "accounts": []}, lambda: console.say(sentence))
            return
    check_empty(database, at=at)
    # Weeks of a worker's routine would be logged in seconds; what goes wrong still is.
    logs.configure(level="warning", as_json=settings.log_json)
    try:
        made = make_demo(settings, database, at=at, progress=console.progress)
    except BaseException:
        console.progress(_("The demo is incomplete. Delete the folder %(home)s and start again.", home=settings.home))
        raise
    data = {"made": True, "password": made.password, "accounts": made.accounts, "suppliers": made.states}
    console.answer(data, lambda: _show(console, made))


def _show(console: Console, made: Made) -> None:
    console.say(_("%(count)s suppliers with their history are there.", count=sum(made.states.values())))
    console.say(_("All of these people sign in with the password %(password)s", password=made.password))
    console.table(
        (_("E-mail"), _("Full name"), _("Roles"), _("Deputy for")),
        ((one["email"], one["name"], ", ".join(one["roles"]), ", ".join(one["deputy_for"])) for one in made.accounts),
    )
    console.say(_("Start with: supplier-quality serve"))


commands = (demo,)
