"""Sources that customers direct us to: entered with the letter, shown wherever the supplier is, ended with a reason."""

import io
from collections.abc import Callable

from supplier_quality.engine.facts import gather
from supplier_quality.persistence import Database
from supplier_quality.suppliers import queries
from supplier_quality.suppliers.directed.queries import directed_of, directing_customers
from tests.suppliers.conftest import SQE, add_user, app, client, make_supplier, ready, signed_in
from tests.support import AT
from tests.web.conftest import Browser

__all__ = ["add_user", "app", "client", "make_supplier", "ready", "signed_in"]

PDF = b"%PDF-1.7\nletter of the customer\n%%EOF\n"


def test_a_directed_source_is_entered_shown_changed_and_ended(
    ready: Database, make_supplier: Callable[..., str], signed_in: Callable[..., Browser]
) -> None:
    number = make_supplier()
    path, buyer = f"/suppliers/{number}/directed-sources", signed_in("buyer")

    empty = buyer.send(f"{path}/new", "/suppliers", expected_version="3", customer="", scope="Bolts", since="soon")
    assert empty.status_code == 422 and "The customer is missing." in empty.text and "Bolts" in empty.text

    given = {"customer": "Rhein Motoren", "scope": "Bolts M8", "since": "2026-01-15", "customer_owns": ["audits"]}
    letter = {"letter": (io.BytesIO(PDF), "letter.pdf")}
    made = buyer.send(f"{path}/new", "/suppliers", **{"expected_version": "3", **given, **letter})
    assert made.status_code == 303
    page = buyer.get(f"/suppliers/{number}").text
    assert "directed by Rhein Motoren" in page and "letter.pdf" in page and "Bolts M8" in page
    assert "directed by Rhein Motoren" in buyer.get("/suppliers").text

    with ready.read() as session:
        supplier = queries.get_supplier(session, number, actor=SQE)
        source = directed_of(session, supplier)[0].source
        assert source.customer_owns == ["selection", "audits"]  # the selection always is the customer's
        facts = gather(session, {"directed_sources"}, "supplier", [supplier.id], actor=SQE, at=AT)
        assert facts[supplier.id]["directed_sources"][0]["customer"] == "Rhein Motoren"
        version, id_ = supplier.version, source.id

    assert (
        buyer.send(f"{path}/{id_}", "/suppliers", **{"expected_version": "1", **given, "scope": "Nuts"}).status_code
        == 409
    )
    changed = {**given, "customer_owns": ["audits", "complaints"], "expected_version": str(version)}
    assert buyer.send(f"{path}/{id_}", "/suppliers", **changed).status_code == 303
    end = {"go": "end", "expected_version": str(version + 1)}
    assert buyer.send(f"{path}/{id_}", "/suppliers", **{**end, "reason": ""}).status_code == 422
    assert buyer.send(f"{path}/{id_}", "/suppliers", **{**end, "reason": "Contract over"}).status_code == 303

    with ready.read() as session:
        supplier = queries.get_supplier(session, number, actor=SQE)
        assert directing_customers(session, [supplier.id]) == {}
        assert directed_of(session, supplier)[0].source.ended_reason == "Contract over"
    assert "directed by" not in buyer.get("/suppliers").text
    assert signed_in("viewer").get(f"{path}/{id_}").status_code == 403
