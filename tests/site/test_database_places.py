"""Where the data and the socket lie, whatever the home is called and whoever may enter it."""

import os
import shutil
import stat
from pathlib import Path

import pytest

from bangfu.site.database.places import SHELF, database_folder, known_place
from tests.site.people import AS_ROOT, ME, PEOPLE, Person, home_of

STRANGER = Person("stranger", "nobody" if AS_ROOT else "-")


@pytest.mark.parametrize(
    "name",
    ["家 with spaces'\"$HOME;", "comma,", "长" * 30],
    ids=["odd signs", "comma", "too long in bytes"],
)
def test_a_home_of_any_name_works(person: Person, name: str) -> None:
    with home_of(person, name) as home:
        urls = person.starts(home)
        assert person.does("ask", urls["app"], "SELECT 1") == [[1]]
        place = known_place(home)
        assert place
        assert len(os.fsencode(place.socket)) < 100
        assert stat.S_IMODE(place.run.stat().st_mode) == 0o700


def test_below_a_closed_folder_only_roots_data_moves_out(person: Person) -> None:
    with home_of(person, closed=True) as home:
        urls = person.starts(home)
        assert person.does("ask", urls["app"], "SELECT 1") == [[1]]
        folder = database_folder(home)
        assert folder
        assert (folder.parent == SHELF, folder == home / "database") == (person.name == "root", person.name != "root")
        assert stat.S_IMODE(home.parent.stat().st_mode) == 0o700  # nobody's folders were opened for it


def test_a_home_made_anew_does_not_meet_the_data_of_the_old(person: Person) -> None:
    with home_of(person, closed=True) as first_home:
        person.starts(first_home)
        first = database_folder(first_home)
        person.does("stop", str(first_home))
        (first_home / "database").rename(first_home.with_name("removed"))
        urls = person.starts(first_home)
        assert person.does("ask", urls["app"], "SELECT 1") == [[1]]
        assert (database_folder(first_home) != first) == (person.name == "root")
        (first_home.with_name("removed")).rename(first_home / "old")
        if first and first.parent == SHELF:
            shutil.rmtree(first)


def test_only_its_own_account_and_root_come_in(person: Person, home: Path) -> None:
    url = person.starts(home)["app"]
    assert ME.does("ask", url, "SELECT 1") == [[1]]  # the tests' account: root, or the person
    place = known_place(home)
    assert place
    owner, mode = place.run.stat().st_uid, stat.S_IMODE(place.run.stat().st_mode)
    assert (owner, mode) == (place.account.uid, 0o700)


@pytest.mark.parametrize("owner", PEOPLE, ids=lambda person: person.name)
def test_other_processes_of_the_servers_account_do_not_come_in(owner: Person) -> None:
    # Under root the server is ``nobody``, as other services are: being ``nobody`` too must not be enough.
    with home_of(owner) as home:
        url = owner.starts(home)["app"]
        let_in = STRANGER.does("ask", url, "SELECT 1") == [[1]]
        assert let_in == (owner.uid == STRANGER.uid)


def test_somebody_elses_home_is_refused_in_words() -> None:
    with home_of(PEOPLE[0]) as home:
        PEOPLE[0].starts(home)
        if AS_ROOT:
            assert STRANGER.does("urls", str(home))["problem"] == "site.folder_cannot_be_written"
        else:
            assert STRANGER.does("urls", "/proc/home")["problem"] == "site.folder_cannot_be_written"


def test_a_socket_folder_that_somebody_else_made_first_is_not_used(person: Person) -> None:
    with home_of(person, "c" * 90) as home:
        person.starts(home)
        place = known_place(home)
        assert place
        person.does("stop", str(home))
        place.run.rename(place.run.with_name(place.run.name + "-away"))
        place.run.symlink_to("/tmp")  # noqa: S108
        try:
            assert person.does("urls", str(home))["problem"] in (
                "site.folder_is_not_ours",
                "site.folder_cannot_be_written",
            )
        finally:
            place.run.unlink()
            place.run.with_name(place.run.name + "-away").rename(place.run)
