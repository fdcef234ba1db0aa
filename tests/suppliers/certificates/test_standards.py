"""The data files of standards and places, and that the process file speaks of the same places."""

from supplier_quality.engine.definitions import Process
from supplier_quality.suppliers.certificates.standards import standards, verification_places
from tests.support import shipped_rules


def test_every_standard_has_editions_with_a_source_and_a_title_in_both_languages() -> None:
    assert {"ISO 9001", "IATF 16949", "ISO 14001", "ISO 45001"} <= set(standards())
    for standard in standards().values():
        assert len(standard.editions) == len(standard.sources) == len(set(standard.editions))
        assert all(standard.sources) and standard.title.render("en") != standard.title.render("zh")


def test_the_process_offers_the_places_of_the_file_in_the_same_words() -> None:
    process = shipped_rules("certificate.yaml").content
    assert isinstance(process, Process)
    for action in ("verify", "body_restores"):
        (field,) = [field for field in process.actions[action].form if field.id == "verified_at"]
        offered = {name: (label.render("en"), label.render("zh")) for name, label in field.choices}
        places = verification_places().items()
        assert offered == {id_: (place.name.render("en"), place.name.render("zh")) for id_, place in places}
