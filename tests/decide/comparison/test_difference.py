"""What a run changes, beside a full recompute: after any sequence the open findings are those of the data last read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from bangfu.decide.comparison.rules import Compared, Found, Open, difference, merged, together

FILE = UUID(int=1)
PEOPLE = [UUID(int=number) for number in (11, 12, 13)]
DATASETS = ("vehicles", "companies", "deaths")
WIDE: tuple[str, ...] = ()


def found(
    member: UUID = PEOPLE[0], dataset: str = "vehicles", says: str = "名下小型轿车", row: int = 2, delivery: int = 0
) -> Found:
    return Found(
        case_file=FILE, member=member, dataset=dataset, kind="名下机动车", conclusion="矛盾", says_zh=says, says_en="",
        sources=(f"{dataset}.csv:{row}",), row_count=1, delivery=UUID(int=delivery),
    )  # fmt: skip


def kept(entry: Found, covered: tuple[str, ...] = WIDE) -> Open:
    return Open(uuid4(), entry.key, entry.content, entry.place, covered)


def compared(*datasets: str, covering: tuple[str, ...] = WIDE) -> Compared:
    return Compared({dataset: [covering] for dataset in datasets})


def test_what_is_new_is_opened() -> None:
    assert difference([found()], [], compared("vehicles"), PEOPLE).opened == [found()]


def test_what_says_the_same_of_newer_data_only_moves() -> None:
    answer = difference([found(row=9, delivery=7)], [kept(found())], compared("vehicles"), PEOPLE)
    assert (answer.opened, answer.changed, answer.closed) == ([], [], [])
    assert [entry.sources for _, entry in answer.moved] == [("vehicles.csv:9",)]


def test_what_says_something_else_is_changed() -> None:
    before = kept(found())
    answer = difference([found(says="名下重型货车")], [before], compared("vehicles"), PEOPLE)
    assert [pk for pk, _ in answer.changed] == [before.id]


def test_what_is_no_longer_found_is_closed() -> None:
    before = kept(found())
    assert difference([], [before], compared("vehicles"), PEOPLE).closed == [before.id]


def test_what_was_not_delivered_this_time_is_not_closed() -> None:
    assert difference([], [kept(found())], compared("companies"), PEOPLE).closed == []


def test_what_was_read_from_a_wider_delivery_is_not_closed_by_a_narrow_one() -> None:
    xiangyun, prefecture = ("532923",), ("5329",)
    for read_from, looked_at, closed in [
        (WIDE, xiangyun, 0),
        (prefecture, xiangyun, 0),
        (xiangyun, prefecture, 1),
        (xiangyun, xiangyun, 1),
        (xiangyun, WIDE, 1),
        (xiangyun, ("532924",), 0),
    ]:
        answer = difference([], [kept(found(), read_from)], compared("vehicles", covering=looked_at), PEOPLE)
        assert len(answer.closed) == closed, (read_from, looked_at)


def test_who_has_left_the_file_leaves_nothing_open() -> None:
    before = kept(found(member=PEOPLE[2]))
    assert difference([], [before], compared(), PEOPLE[:2]).closed == [before.id]


def test_what_the_file_itself_shows_is_closed_when_the_file_is_right() -> None:
    before = kept(replace(found(), dataset="", delivery=None))
    assert difference([], [before], compared(), PEOPLE).closed == [before.id]


def test_two_deliveries_of_one_dataset_make_one_finding() -> None:
    (one,) = merged([found(), found(says="名下重型货车", row=3, delivery=1)])
    assert (one.says_zh, one.row_count) == ("名下小型轿车；名下重型货车", 2)
    assert one.sources == ("vehicles.csv:2", "vehicles.csv:3")


@given(st.lists(st.integers(0, 12), max_size=60), st.integers(1, 9))
def test_chunks_hold_every_file_once_in_order_and_no_more_than_their_size(sizes: list[int], size: int) -> None:
    files = [(UUID(int=number), findings) for number, findings in enumerate(sizes)]
    chunks = list(together(files, size))
    assert [file for chunk in chunks for file in chunk] == [file for file, _ in files]
    weight = dict(files)
    for chunk in chunks:
        assert len(chunk) <= size
        assert len(chunk) == 1 or sum(weight[file] for file in chunk) <= size


@dataclass
class World:
    """What the departments say now (dataset → person → words), who is in the file, and the table of open findings."""

    says: dict[str, dict[int, str]] = field(default_factory=dict)
    people: set[int] = field(default_factory=lambda: {0, 1, 2})
    table: dict[UUID, Open] = field(default_factory=dict)
    # The slow obvious model: of each dataset what it said when it was last read.
    known: dict[str, dict[int, str]] = field(default_factory=dict)
    runs: int = 0

    def run(self, delivered: Iterable[str]) -> None:
        self.runs += 1
        entries = [
            found(PEOPLE[person], dataset, words, delivery=self.runs)
            for dataset in delivered
            for person, words in self.says.get(dataset, {}).items()
            if person in self.people
        ]
        answer = difference(
            entries, self.table.values(), compared(*delivered), [PEOPLE[person] for person in self.people]
        )
        for pk in answer.closed:
            del self.table[pk]
        for pk, entry in [*answer.changed, *answer.moved]:
            self.table[pk] = replace(kept(entry), id=pk)
        for entry in answer.opened:
            one = kept(entry)
            self.table[one.id] = one
        for dataset in delivered:
            self.known[dataset] = dict(self.says.get(dataset, {}))
        for said in self.known.values():
            for gone in said.keys() - self.people:
                del said[gone]

    def full(self) -> dict[tuple[UUID, str], str]:
        return {
            (PEOPLE[person], dataset): found(PEOPLE[person], dataset, words).content
            for dataset, said in self.known.items()
            for person, words in said.items()
        }


Step = tuple[str, Any]
delivery = st.dictionaries(st.integers(0, 2), st.sampled_from(["一辆车", "两辆车"]), max_size=3)
steps = st.one_of(
    st.tuples(st.just("deliver"), st.tuples(st.sampled_from(DATASETS), delivery)),
    st.tuples(st.just("leave"), st.integers(0, 2)),
    st.tuples(st.just("join"), st.integers(0, 2)),
    st.tuples(st.just("run"), st.sets(st.sampled_from(DATASETS))),
)


def take(world: World, step: Step) -> None:
    what, value = step
    if what == "deliver":
        dataset, says = value
        world.says[dataset] = says
    elif what == "leave":
        world.people.discard(value)
    elif what == "join":
        world.people.add(value)
    else:
        world.run(sorted(value))


@given(st.lists(steps, max_size=30))
def test_any_sequence_ends_with_what_a_full_recompute_finds(sequence: list[Step]) -> None:
    world = World()
    for step in sequence:
        take(world, step)
    world.run(())
    table: Mapping[tuple[UUID | None, str], str] = {(o.key[0], o.key[1]): o.content for o in world.table.values()}
    assert len(table) == len(world.table)
    assert table == world.full()
