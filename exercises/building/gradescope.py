"""A zip file to upload to Gradescope: setup.sh, run_autograder, and all that grading needs.

With this module, one can
- make one:    archive(exercise) -> bytes, the same every time

Gradescope unpacks it to /autograder/source, runs setup.sh once, and for each submission runs run_autograder, which
reads /autograder/submission and writes /autograder/results/results.json
(https://gradescope-autograders.readthedocs.io/en/latest/specs/). It installs NumPy, pytest and IPython with pip, from
wherever pip is set up to look; nothing else is fetched if the image has Python 3.11 or newer.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import minigrad
import visuals
from exercises.catalogue import Exercise

PACKAGES = Path(minigrad.__file__).parent, Path(visuals.__file__).parent, Path(__file__).parents[1]
KINDS = (".py", ".npz")  # programs, and the data that an exercise trains on
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file knows

SETUP = """#!/usr/bin/env bash
# Run once by Gradescope, as root: a Python environment with what grading needs.
set -euo pipefail
root="${AUTOGRADER:-/autograder}"
good() { command -v "$1" >/dev/null && "$1" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))'; }
python=""
for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if good "$candidate" 2>/dev/null; then python="$candidate"; break; fi
done
if [ -z "$python" ]; then
    apt-get update
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3.11 python3.11-venv
    python=python3.11
fi
"$python" -m venv "$root/venv"
"$root/venv/bin/python" -m pip install --no-cache-dir -r "$root/source/requirements.txt"
chmod -R go-rwx "$root/source/toolkit/exercises/course"  # the hidden tests are for root alone
"""

RUN = """#!/usr/bin/env bash
# Run by Gradescope for each submission: writes results/results.json.
set -euo pipefail
root="${{AUTOGRADER:-/autograder}}"
export PYTHONPATH="$root/source/toolkit" PYTHONDONTWRITEBYTECODE=1
exec "$root/venv/bin/python" -m exercises.grading.gradescope "$root" {exercise}
"""

REQUIREMENTS = "numpy>=2.1\npytest>=8.2\nipython>=8.20\n"


def archive(exercise: Exercise) -> bytes:
    """The zip file for one exercise; the other exercises are not in it.

    Example:
        >>> from exercises.catalogue import find
        >>> names = zipfile.ZipFile(io.BytesIO(archive(find("gates")))).namelist()
        >>> names[:3], "toolkit/exercises/course/02_gates/tests.py" in names
        (['requirements.txt', 'run_autograder', 'setup.sh'], True)
    """
    content = {
        "requirements.txt": REQUIREMENTS.encode(),
        "run_autograder": RUN.format(exercise=exercise.name).encode(),
        "setup.sh": SETUP.encode(),
    }
    for package in PACKAGES:
        for path in sorted(package.rglob("*")):
            inside = path.relative_to(package.parent)
            if path.suffix in KINDS and "course" not in inside.parts:
                content[f"toolkit/{inside.as_posix()}"] = path.read_bytes()
    for path in sorted(exercise.folder.iterdir()):
        if path.is_file():
            content[f"toolkit/exercises/course/{exercise.name}/{path.name}"] = path.read_bytes()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, data in content.items():
            info = zipfile.ZipInfo(name, EPOCH)
            runs = name in ("run_autograder", "setup.sh")
            info.create_system, info.external_attr = 3, (0o100755 if runs else 0o100644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(info, data, compresslevel=9)
    return stream.getvalue()
