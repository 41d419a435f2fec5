"""A course folder for nbgrader: its configuration, the source that it makes releases from, and a release.

With this module, one can
- list its files:    files(sources, releases) -> {path in the folder: text}

In that folder `nbgrader generate_assignment 02_gates --create`, `nbgrader autograde` and `nbgrader export` work as they
are. nbgrader's autograde runs the public checks, in one process with the student's code; `minigrad grade --gradebook`
replaces those scores by what the hidden tests find, in the sandbox.
"""

from __future__ import annotations

from collections.abc import Mapping

CONFIG = '''"""nbgrader's configuration for exercises built by minigrad."""

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "minigrad"
c.ClearSolutions.code_stub = {"python": "# write your code here\\n..."}
c.ExecutePreprocessor.timeout = 60
c.Execute.timeout = 60
'''


def files(sources: Mapping[str, str], releases: Mapping[str, str]) -> dict[str, str]:
    """The files of the folder, by path.

    Args:
        sources: by name of the exercise, the notebook with solutions between markers.
        releases: the one that students get.

    Example:
        >>> sorted(files({"02_gates": "{}"}, {"02_gates": "{}"}))
        ['nbgrader_config.py', 'release/02_gates/02_gates.ipynb', 'source/02_gates/02_gates.ipynb']
    """
    made = {"nbgrader_config.py": CONFIG}
    for kind, books in (("source", sources), ("release", releases)):
        made |= {f"{kind}/{name}/{name}.ipynb": text for name, text in books.items()}
    return made
