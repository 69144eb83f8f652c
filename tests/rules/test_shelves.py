"""How much is told again to whom, and when it is made anew instead."""

from adapters.cache.readings import Readings
from adapters.ledger.pending_amounts import Pending
from resolvers.access import Reach
from resolvers.pending import OnTheWay
from resolvers.policy import Policy
from resolvers.shelves import ENTRY, PAGES, Part, Shelf, Shelves
from resolvers.viewer import Viewer, ViewerKind

REACH, POLICY, PENDING = Reach(), Policy(), Pending(0)
LIST = object()


def viewer(key: str) -> Viewer:
    return Viewer(ViewerKind.CUSTOMER, key, f"{key}@example.com")


def shelf_of(shelves: Shelves, key: str) -> Shelf:
    return shelves.of(viewer(key), REACH, POLICY, PENDING)


def part(*rows: object, weight: int = ENTRY) -> Part:
    return Part("told", rows, Readings(), 0, OnTheWay(PENDING), weight)


def test_who_asked_longest_ago_makes_room() -> None:
    shelves = Shelves(most=5 * ENTRY)
    for key in ("pat", "riley", "pat", "morgan"):
        shelf = shelf_of(shelves, key)
        shelf.put_work(key, part())
        shelves.weigh(viewer(key), shelf)
    assert len(shelves) == 2
    assert shelves.weight == 4 * ENTRY
    assert shelf_of(shelves, "pat").works
    assert shelf_of(shelves, "morgan").works
    assert not shelf_of(shelves, "riley").works


def test_one_that_is_too_heavy_is_emptied_and_takes_nobody_elses_room() -> None:
    shelves = Shelves(most=20 * ENTRY, most_of_one=3 * ENTRY)
    other = shelf_of(shelves, "riley")
    other.put_work("bills", part())
    shelves.weigh(viewer("riley"), other)
    shelf = shelf_of(shelves, "pat")
    for number in range(8):
        shelf.put_work(number, part())
        shelves.weigh(viewer("pat"), shelf)
        assert shelves.weight <= 5 * ENTRY
    assert shelf_of(shelves, "riley").works


def test_what_goes_by_another_revision_of_rights_goes_by_another_shelf() -> None:
    shelves = Shelves()
    shelf = shelf_of(shelves, "pat")
    assert shelf_of(shelves, "pat") is shelf
    assert shelves.of(viewer("pat"), Reach(), POLICY, Pending(0)) is shelf
    assert shelves.of(viewer("pat"), Reach(revision=1), POLICY, PENDING) is not shelf


def test_of_one_list_the_last_pages_are_kept_and_told_by_their_very_rows() -> None:
    shelf = Shelf(REACH, POLICY, PENDING)
    rows = [object() for _ in range(PAGES + 1)]
    for row in rows:
        shelf.put_page(LIST, part(row))
    assert shelf.page(LIST, [rows[0]]) is None
    assert all(shelf.page(LIST, [row]) is not None for row in rows[1:])
    assert shelf.page(LIST, [rows[1], rows[2]]) is None
    assert shelf.page(object(), [rows[1]]) is None
    assert shelf.weight == (PAGES + 1) * ENTRY
    told = shelf.page(LIST, [rows[1]])
    assert told is not None
    shelf.drop_page(LIST, told)
    assert (shelf.page(LIST, [rows[1]]), shelf.weight) == (None, PAGES * ENTRY)
    for row in rows[2:]:
        told = shelf.page(LIST, [row])
        assert told is not None
        shelf.drop_page(LIST, told)
    assert (shelf.pages, shelf.weight) == ({}, ENTRY)


def test_what_some_work_came_to_takes_the_place_of_what_it_was() -> None:
    shelf = Shelf(REACH, POLICY, PENDING)
    for weight in (ENTRY, 2 * ENTRY):
        shelf.put_work("bills", part(weight=weight))
    assert shelf.weight == 3 * ENTRY
    shelf.drop_work("bills")
    shelf.drop_work("bills")
    assert shelf.weight == ENTRY


def test_a_page_is_kept_once_it_is_asked_for_again_and_not_tried_for_ever() -> None:
    shelf = Shelf(REACH, POLICY, PENDING)
    rows = [object()]
    assert [shelf.is_worth_it(LIST, rows) for _ in range(5)] == [False, True, True, False, False]
    assert not shelf.is_worth_it(LIST, [object(), *rows])
