"""Where the data and the socket lie, whatever the home is called and whoever may enter it."""

import os
import shutil
import stat
from pathlib import Path

import pytest

from bangfu.site.database import cluster
from bangfu.site.database.places import SHELF, choose_place, database_folder, known_place, lock_file
from tests.site.people import AS_ROOT, ME, Person, home_of

STRANGER = Person("stranger", "nobody" if AS_ROOT else "-")


@pytest.mark.parametrize(
    "name", ["家 with spaces'\"$HOME;", "长" * 30 + ","], ids=["odd signs", "comma, too long in bytes"]
)
def test_a_home_of_any_name_works(person: Person, name: str) -> None:
    with home_of(person, name) as home:
        urls = person.starts(home)
        assert person.does("ask", urls["app"], "SELECT 1") == [[1]]
        place = known_place(home)
        assert place
        assert len(os.fsencode(place.socket)) < 100
        assert stat.S_IMODE(place.run.stat().st_mode) == 0o700


def test_below_a_closed_folder_roots_data_moves_out_and_a_home_made_anew_does_not_meet_it(person: Person) -> None:
    with home_of(person, closed=True) as home:
        urls = person.starts(home)
        assert person.does("ask", urls["app"], "SELECT 1") == [[1]]
        folder = database_folder(home)
        assert folder
        assert (folder.parent == SHELF, folder == home / "database") == (person.name == "root", person.name != "root")
        assert stat.S_IMODE(home.parent.stat().st_mode) == 0o700  # nobody's folders were opened for it
        assert cluster.stop(home)
        shutil.rmtree(home / "database")
        assert not (lock_file(home).parent / "data").exists()
        new = choose_place(home)
        assert not new.data.exists()
        for left in (folder, new.folder):
            shutil.rmtree(left, ignore_errors=True)


def test_nobody_else_comes_in(person: Person, home: Path) -> None:
    # Under root the server is ``nobody``, as other services are: being ``nobody`` too must not be enough.
    url = person.starts(home)["app"]
    assert (STRANGER.does("ask", url, "SELECT 1") == [[1]]) == (person.uid == STRANGER.uid)
    place = known_place(home)
    assert place
    assert (place.run.stat().st_uid, stat.S_IMODE(place.run.stat().st_mode)) == (place.account.uid, 0o700)


def test_root_and_the_account_itself_come_in(person: Person, home: Path) -> None:
    url = person.starts(home)["app"]
    assert person.does("ask", url, "SELECT 1") == [[1]]
    assert ME.does("ask", url, "SELECT 1") == [[1]]


def test_a_home_that_is_somebody_elses_is_refused_in_words(person: Person, home: Path) -> None:
    closed = home if person.uid != STRANGER.uid else Path("/proc/home")
    assert STRANGER.does("urls", str(closed))["problem"] == "site.folder_cannot_be_written"


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
