"""What the records are called that the desk shows and that belong to no feature above the web, and where their pages are."""

from supplier_quality.language import _
from supplier_quality.suppliers.operations import move_supplier
from supplier_quality.web.records import RecordKind, register_record
from supplier_quality.web.wording import register_wording


def register() -> None:
    """Name what the desk shows."""
    register_record(
        RecordKind(
            "supplier",
            _("Supplier"),
            path=lambda record: f"/suppliers/{record.label}" if record.label else None,
            list_path=lambda state: f"/suppliers?state={state}",
            act=move_supplier,
        )
    )
    register_record(RecordKind("user", _("User"), path=lambda record: f"/users/{record.id}"))
    register_record(RecordKind("api_token", _("API token")))
    register_record(RecordKind("access_link", _("Access link")))
    register_record(RecordKind("saved_view", _("Saved view")))
    register_record(RecordKind("calendar_feed", _("Calendar address")))
    register_record(RecordKind("outbox", _("Outbox"), path=lambda _record: "/incidents"))
    register_record(RecordKind("owner_task", _("Task"), path=lambda _record: "/my-work"))
    register_record(RecordKind("workflow", _("Workflow"), path=lambda record: f"/workflows/{record.label}"))
    register_wording("view.shared", _("View shared with everybody"), symbol="people")
    register_wording("view.changed", _("View for everybody changed"), symbol="pencil")
    register_wording("view.unshared", _("View taken back from everybody"), symbol="person")
    register_wording("view.removed", _("View for everybody removed"), symbol="trash")
    register_wording(
        "workflow.migration_asked",
        _("Moving %(records)s records to version %(to_version)s asked for"),
        symbol="arrow-up",
    )
