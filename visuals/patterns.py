"""What a function does to a gradient on its way back, in the lecture's words: distributor, router, switcher, copy.

With this module, one can
- say it under the mouse:       hover(node)
- say it in a label:            pattern_of(node) -> "distributor"
"""

from __future__ import annotations

from typing import Any

from visuals import text as words

PATTERNS = {
    "distributor": "hands its gradient on unchanged: a distributor",
    "switcher": "multiplies its gradient by the other input: a switcher",
    "router": "sends its gradient to the input that won: a router",
    "adder": "is a copy: the gradients of all its copies are added up",
}
SHARES = {
    "sum": "adds up, so its gradient is copied to every entry: a distributor",
    "mean": "averages, so every entry gets an equal share of its gradient: a distributor",
    "subtract": "hands its gradient on, with the sign turned for what is subtracted: a distributor",
    "relu": "lets the gradient through where its input was positive: a router",
    "dropout": "lets the gradient through where nothing was dropped: a router",
    "getitem": "sends its gradient back to the entries that were taken: a router",
    "transpose": "moves entries, so its gradient is moved back",
    "reshape": "moves entries, so its gradient is moved back",
}
NAMES = {"adder": "copy"}


def pattern_of(node: dict[str, Any]) -> str:
    """The pattern's name, or nothing: add distributes, max routes, mul switches, a broadcast copies.

    >>> pattern_of({"pattern": "switcher"}), pattern_of({"pattern": "adder"}), pattern_of({"pattern": ""})
    ('switcher', 'copy', '')
    """
    pattern = words.clean(node.get("pattern") or "")
    return NAMES.get(pattern, pattern)


def hover(node: dict[str, Any]) -> str:
    """What a node says under the mouse: its full name, its function and pattern, shape and type."""
    head = [words.title(node)]
    if node["kind"] == "function":
        head = [part for part in (words.clean(node["name"]), words.clean(node["op"])) if part]
        head += [words.clean(node["detail"])] if node["detail"] else []
    else:
        head.append(words.KIND_WORDS[node["kind"]])
    pattern = SHARES.get(node["op"]) or PATTERNS.get(node["pattern"], node["pattern"])
    facts = [" ".join([", ".join(head)]), f"{node['symbol'] or node['op']} {pattern}" if pattern else ""]
    facts += [f"{words.shape_text(node['shape'])}, {node['dtype']}"]
    inside, times = node.get("inside"), node.get("times")
    facts += [f"{inside:,} nodes inside" if inside else "", f"repeated {times:,} times" if times else ""]
    facts += [f"{node['mark']}: {node.get('note') or 'see the legend'}" if node.get("mark") else ""]
    return "; ".join(fact for fact in facts if fact)
