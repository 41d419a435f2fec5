"""`minigrad demo`: backpropagation in one minute. A ledger in the terminal, a network that learns, a page to step.

Nothing that is printed on standard output depends on time or machine: the same seed prints the same numbers.
"""

from __future__ import annotations

import sys
import webbrowser
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from tqdm import tqdm

import minigrad as mg
from minigrad import device as devices
from visuals import draw, to_html

HIDDEN, EPOCHS, BATCH = 32, 30, 32


@dataclass
class History:
    """Per epoch: mean training loss, and accuracy on the test images."""

    loss: list[float]
    accuracy: list[float]


def main(out: Path, open_page: bool = True, device: str = "cpu", seed: int = 0) -> int:
    """Run the demo and write its files into the folder `out`."""
    devices.check(device)
    folder = prepared(out)
    console = Console(highlight=False)
    console.print("[bold]1. Messages.[/bold] f = (x + y) z at x = −2, y = 5, z = −4\n")
    print_ledger(console, first_example())
    console.print(
        "\n[bold]2. Learning.[/bold] 1,797 handwritten digits of 8×8 pixels, a network of two layers\n"
    )
    split = mg.data.digits(seed=seed)
    net, history = train(split, device, seed)
    console.print(f"training loss {history.loss[-1]:.4f}, test accuracy {history.accuracy[-1]:.1%}\n")
    console.print("[bold]3. Seeing it.[/bold]\n")
    loss, digit = one_digit(net, split)
    files = {
        "step through backprop on one digit": to_html(
            loss, folder / "backprop.html", title=f"Backpropagation on a handwritten {digit}"
        ),
        "the graph of that digit's loss": draw(loss).save(folder / "graph.png"),
        "the same, for slides": draw(loss).save(folder / "graph.svg"),
        "the training curves": plot_training(history, folder / "training.png"),
    }
    for what, path in files.items():
        print(f"  {path}  ({what})")
    page = folder / "backprop.html"
    if open_page and has_browser():
        webbrowser.open(page.resolve().as_uri())
    else:
        print(f"\nOpen {page} in a browser: press → to step, ← to go back.")
    print("Next: `minigrad lab` opens the lecture notebooks.")
    return 0


def prepared(out: Path) -> Path:
    """The folder for the files, made if it is not there. Refused before any work is done."""
    out = out.expanduser()
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / ".minigrad-demo"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise mg.UsageError(
            f"Cannot write into {out}: {error.strerror}. Choose another folder with --out."
        ) from None
    return out


def first_example() -> Any:
    """(x + y) z, the lectures' first graph."""
    x = mg.tensor(-2.0, requires_grad=True, name="x")
    y = mg.tensor(5.0, requires_grad=True, name="y")
    z = mg.tensor(-4.0, requires_grad=True, name="z")
    q = x + y
    q.name = "q"
    f = q * z
    f.name = "f"
    return f


def print_ledger(console: Console, f: Any) -> None:
    """The forward values, and upstream × local = message for every edge."""
    run = mg.trace(f)
    names = {node["id"]: node["name"] for node in run.nodes}
    values = ", ".join(f"{node['name']} = {node['value']['text']}" for node in run.nodes)
    console.print(f"forward   {values}\n")
    table = Table("message", "upstream", "", "local", "", "message", box=None, pad_edge=False)
    table.columns[0].header = "backward"
    for frame in run.frames:
        if frame["kind"] == "message":
            edge = next(edge for edge in run.edges if edge["id"] == frame["edge"])
            numbers = (frame[key]["text"] for key in ("upstream", "local", "message"))
            upstream, local, message = numbers
            table.add_row(
                f"{names[edge['target']]} → {names[edge['source']]}", upstream, "×", local, "=", message
            )
    for column in (1, 3, 5):
        table.columns[column].justify = "right"
    console.print(table)


def train(split: mg.data.Split, device: str, seed: int) -> tuple[mg.nn.Sequential, History]:
    """Ten lines of learning: forward, backward, step."""
    rng = np.random.default_rng(seed)
    net = mg.nn.Sequential(
        mg.nn.Linear(64, HIDDEN, rng, np.float32, "₁"),
        mg.nn.ReLU(),
        mg.nn.Linear(HIDDEN, 10, rng, np.float32, "₂"),
    )
    for parameter in net.parameters():
        parameter.data = devices.transfer(parameter.data, device)
    optimizer = mg.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    history = History([], [])
    bar = tqdm(range(EPOCHS), desc="training", unit="epoch", file=sys.stderr, dynamic_ncols=True)
    for _ in bar:
        losses = []
        for x, y in mg.data.batches(split.x_train, split.y_train, size=BATCH, rng=rng):
            optimizer.zero_grad()
            loss = mg.cross_entropy(net(mg.tensor(x, device=device)), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        history.loss.append(float(np.mean(losses)))
        history.accuracy.append(accuracy(net, split, device))
        bar.set_postfix(loss=f"{history.loss[-1]:.3f}", accuracy=f"{history.accuracy[-1]:.1%}")
    for parameter in net.parameters():
        parameter.data = devices.transfer(parameter.data, "cpu")
    return net, history


def accuracy(net: mg.nn.Sequential, split: mg.data.Split, device: str) -> float:
    """The share of test images whose largest score is at the right class."""
    with mg.no_grad():
        scores = net(mg.tensor(split.x_test, device=device)).numpy()
    return float(np.mean(scores.argmax(1) == split.y_test))


def one_digit(net: mg.nn.Sequential, split: mg.data.Split) -> tuple[Any, int]:
    """The loss of the test image about which the network is least sure: there the messages are large."""
    with mg.no_grad():
        chances = mg.softmax(net(mg.tensor(split.x_test))).numpy()
    k = int(np.argmin(chances[np.arange(len(split.y_test)), split.y_test]))
    # The image wants a gradient too: it shows which pixels would change the loss.
    image = mg.tensor(split.x_test[k].reshape(8, 8), requires_grad=True, name="image")
    scores = net(image.reshape(64))
    scores.name = "scores"
    loss = mg.cross_entropy(scores, split.y_test[k])
    loss.name = "loss"
    return loss, int(split.y_test[k])


def plot_training(history: History, path: Path) -> Path:
    """The training-curve figure: loss and accuracy over epochs."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    epochs = range(1, len(history.loss) + 1)
    left.semilogy(epochs, history.loss, color="#0072B2")
    left.set(xlabel="epoch", ylabel="cross-entropy", title="Training loss")
    right.plot(epochs, [100 * a for a in history.accuracy], color="#D55E00")
    right.set(xlabel="epoch", ylabel="correct, %", title="Accuracy on 359 test images")
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)
    return path


def has_browser() -> bool:
    """Whether a browser with a screen can be opened here."""
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True
