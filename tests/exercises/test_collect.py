"""Finding submissions in files, folders and archives: whose they are, and what is refused in which words."""

import contextlib
import datetime as dt
import io
import os
import stat
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exercises.grading import archives
from exercises.grading.archives import members
from exercises.grading.collect import collect
from exercises.grading.entries import Entry, entries, result_folders
from minigrad.errors import UsageError

ADD = "class AddGate:\n    pass\n"


def write(path, text=ADD):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def zipped(files, links=(), **options):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        for name in links:
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, "/etc/passwd")
    return stream.getvalue()


def students(paths):
    return [(one.student, one.problem) for one in collect(paths)]


def test_folder_of_folders_has_a_student_per_folder(tmp_path):
    for student in ("bob", "ann"):
        write(tmp_path / student / "ps1" / "hw.py")
    write(tmp_path / "ann" / "ps1" / ".ipynb_checkpoints" / "hw.py")
    write(tmp_path / "carl.py")
    assert students([tmp_path]) == [("carl", ""), ("ann", ""), ("bob", "")]


def test_scripts_beside_a_notebook_do_not_count(tmp_path):
    write(tmp_path / "ann" / "helpers.py")
    write(tmp_path / "ann" / "hw.ipynb", '{"cells": []}')
    [found] = collect([tmp_path])
    assert found.path.name == "hw.ipynb"


def test_named_files_of_the_same_name_are_told_apart_by_their_folders(tmp_path):
    paths = [write(tmp_path / name / "ps1" / "hw.py") for name in ("ann", "bob")]
    assert [one.student for one in collect(paths)] == ["ann_hw", "bob_hw"]
    assert len(collect([paths[0], paths[0]])) == 1


def test_archive_of_a_class_has_a_student_per_folder_and_per_file(tmp_path):
    inner = zipped({"deep/hw.py": ADD})
    names = {
        "class/ann/hw.py": ADD,
        "class/bob.py": ADD,
        "class/carl/hw.zip": inner,
        "class/__MACOSX/x.py": ADD,
    }
    (tmp_path / "class.zip").write_bytes(zipped(names))
    assert students([tmp_path / "class.zip"]) == [("ann", ""), ("bob", ""), ("carl", "")]


def test_archive_with_one_submission_is_one_students(tmp_path):
    (tmp_path / "ann.zip").write_bytes(zipped({"homework/hw.py": ADD}))
    [found] = collect([tmp_path / "ann.zip"])
    assert (found.student, found.submission.cells) == ("ann", (ADD.strip(),))
    assert found.path == tmp_path / "ann.zip" / "hw.py"


def test_archive_in_a_students_folder_is_opened_once(tmp_path):
    write(tmp_path / "ann" / "x.txt")
    (tmp_path / "ann" / "hw.zip").write_bytes(zipped({"hw.py": ADD}))
    (tmp_path / "bob").mkdir()
    (tmp_path / "bob" / "hw.zip").write_bytes(zipped({"hw.zip": zipped({"hw.py": ADD})}))
    assert students([tmp_path]) == [("ann", ""), ("bob", "hw.zip: there is no notebook in this archive")]


@pytest.mark.parametrize("name", ["../../etc/hw.py", "/etc/hw.py", "C:\\hw.py", "..\\..\\hw.py"])
def test_names_that_lead_out_of_an_archive_are_not_followed(name):
    [member] = members("x.zip", zipped({name: ADD}))
    assert member.problem == "its name leads out of the archive"
    assert member.data == b""
    assert ".." not in member.name.parts
    assert not member.name.is_absolute()


def test_links_are_not_followed(tmp_path):
    [member] = members("x.zip", zipped({}, links=["ann/hw.py"]))
    assert member.problem == "it is a link, not a file"
    secret = write(tmp_path / "secret.py", "ANSWERS = 1")
    (tmp_path / "class" / "ann").mkdir(parents=True)
    (tmp_path / "class" / "ann" / "hw.py").symlink_to(secret)
    (tmp_path / "class" / "bob").symlink_to(tmp_path, target_is_directory=True)
    assert students([tmp_path / "class"]) == [("ann", "hw.py: it is a link, not a file")]


def test_pipes_in_a_folder_are_not_waited_for(tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("there are no named pipes here")
    os.mkfifo(tmp_path / "hw.py")
    assert students([tmp_path]) == [("hw", "hw.py: it is no ordinary file")]


def test_zip_bomb_is_not_inflated(monkeypatch):
    monkeypatch.setattr(archives, "MAX_FILE", 2**20)
    bomb = zipped({"hw.py": b"0" * (64 * 2**20)})
    assert len(bomb) < 2**17
    [member] = members("x.zip", bomb)
    assert member.problem == "it unpacks to more than 1 MiB"
    assert member.data == b""


def test_bomb_that_lies_about_its_size_is_not_inflated_either(monkeypatch):
    monkeypatch.setattr(archives, "MAX_FILE", 2**20)
    real, told = (8 * 2**20).to_bytes(4, "little"), (10).to_bytes(4, "little")
    lying = zipped({"hw.py": b"0" * (8 * 2**20)}).replace(real, told)
    [member] = members("x.zip", lying)
    assert len(member.data) <= 10 or member.problem
    assert member.problem == "it is damaged in the archive"


def test_many_large_files_and_many_files_are_refused(monkeypatch):
    monkeypatch.setattr(archives, "MAX_ARCHIVE", 2000)
    with pytest.raises(UsageError, match="unpacks to more than"):
        members("x.zip", zipped({f"{i}.py": "x" * 999 for i in range(4)}))
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    with pytest.raises(UsageError, match="holds 4 files; at most 3 are read"):
        members("x.zip", zipped({f"{i}.py": "x" for i in range(4)}))


def test_damaged_and_encrypted_members_are_named(tmp_path):
    whole = zipped({"ann/hw.py": "x = 1\n" * 1000})
    start = whole.index(b"hw.py") + 5
    [member] = members("x.zip", whole[:start] + b"\xff" * 8 + whole[start + 8 :])
    assert member.problem == "it is damaged in the archive"
    locked = bytearray(zipped({"ann/hw.py": ADD}))
    directory = locked.index(b"PK\x01\x02")
    locked[6] |= 1
    locked[directory + 8] |= 1
    assert [m.problem for m in members("x.zip", bytes(locked))] == ["it is encrypted"]


SAMPLE = zipped({"ann/hw.py": ADD, "bob/hw.ipynb": '{"cells": []}'})


@given(st.integers(0, len(SAMPLE) - 1), st.binary(min_size=1, max_size=8), st.integers(0, len(SAMPLE)))
def test_damaged_archives_give_one_kind_of_error(position, damage, end):
    with contextlib.suppress(UsageError):
        members("x.zip", (SAMPLE[:position] + damage + SAMPLE[position + len(damage) :])[:end])


def test_what_a_student_broke_is_a_problem_and_no_error(tmp_path):
    write(tmp_path / "ann" / "hw.ipynb", "{")
    write(tmp_path / "bob" / "hw.ipynb", "")
    (tmp_path / "carl").mkdir()
    (tmp_path / "carl" / "hw.zip").write_bytes(b"PK")
    assert students([tmp_path]) == [
        ("ann", "hw.ipynb is not a notebook: its JSON is broken (was it saved completely?)"),
        ("bob", "hw.ipynb is empty"),
        ("carl", "hw.zip: hw.zip is not a zip file, or a damaged one"),
    ]


def test_time_of_submission_is_nbgraders_timestamp_or_the_files(tmp_path):
    write(tmp_path / "ann" / "ps1" / "hw.py")
    write(tmp_path / "ann" / "ps1" / "timestamp.txt", "2026-11-20 12:00:00.123456 UTC\n")
    path = write(tmp_path / "bob" / "hw.py")
    os.utime(path, (0, 86400))
    ann, bob = collect([tmp_path])
    assert ann.when == dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
    assert bob.when == dt.datetime(1970, 1, 2, tzinfo=dt.UTC)


def test_newest_of_several_versions_counts(tmp_path):
    old, new = write(tmp_path / "ann" / "hw.py"), write(tmp_path / "ann" / "hw (1).py", "class MaxGate: pass")
    os.utime(old, (0, 100))
    os.utime(new, (0, 200))
    write(tmp_path / "ann" / "notes.py", "x = 1")
    [entry] = entries(collect([tmp_path]))
    assert entry.found.path.name == "hw (1).py"
    assert entry.note == "2 files answer 02_gates; the newest, hw (1).py, counts."


def test_unreadable_submission_is_of_the_exercise_of_the_class(tmp_path):
    write(tmp_path / "ann.py")
    write(tmp_path / "bob.ipynb", "{")
    write(tmp_path / "carl.py", "x = 1")
    exercise = [(e.found.student, e.exercise.name, e.problem + e.note) for e in entries(collect([tmp_path]))]
    assert [row[:2] for row in exercise] == [(name, "02_gates") for name in ("ann", "bob", "carl")]
    assert "its JSON is broken" in exercise[1][2]
    assert "carl.py defines nothing that 02_gates asks for; is it the right file?" in exercise[2][2]


def test_result_folders_are_safe_and_do_not_collide(tmp_path, gates):
    write(tmp_path / "hw.py")
    [found] = collect([tmp_path])

    def folders(*names):
        made = [Entry(type(found)(name, found.path, found.submission), None) for name in names]
        return [folder.relative_to(tmp_path).as_posix() for folder in result_folders(made, tmp_path)]

    assert folders("ann", "../..", "", "a/b", "a b") == ["ann", "_", "student", "a_b", "a_b_2"]
