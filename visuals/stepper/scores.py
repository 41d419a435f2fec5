"""Sums up what was answered in predict mode, for homework to grade."""

from __future__ import annotations

from typing import Any

from visuals.stepper.asking import Question


def score(questions: list[Question], answers: dict[str, Any]) -> dict[str, Any]:
    """What was answered so far, as JSON-able data; see `BackpropStepper.score`.

    The front end's `scoreOf` does the same.

    >>> questions = [{"id": "messages-3", "kind": "messages", "about": "f → x", "text": "What?"}]
    >>> score(questions, {"messages-3": {"attempts": ["3"], "right": True, "hints": 0, "seconds": 2.5}})["first_try"]
    1
    """
    rows = []
    for question in questions:
        given = answers.get(question["id"], {})
        row = {key: question[key] for key in ("id", "kind", "about", "text")}
        row |= {"attempts": list(given.get("attempts", [])), "right": bool(given.get("right"))}
        row |= {"hints": int(given.get("hints", 0)), "shown": bool(given.get("shown"))}
        rows.append(row | {"seconds": round(float(given.get("seconds", 0.0)), 1)})
    return {
        "asked": len(rows),
        "answered": sum(row["right"] for row in rows),
        "first_try": sum(row["right"] and len(row["attempts"]) == 1 for row in rows),
        "hints": sum(row["hints"] for row in rows),
        "seconds": round(sum((row["seconds"] for row in rows), 0.0), 1),
        "questions": rows,
    }
