"""DataLoader: a dataset in minibatches, shuffled anew each epoch, prepared ahead, on the device where it is needed.

With this module, one can write the loop that all training is:

    loader = mg.data.DataLoader(dataset, batch_size=32, shuffle=True)
    for epoch in range(10):
        for x, y in loader:
            optimizer.zero_grad()
            loss = mg.cross_entropy(net(x), y)
            loss.backward()
            optimizer.step()
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import Any

import numpy as np

from minigrad import device as devices
from minigrad.data.overlap import Courier, overlapped
from minigrad.data.rows import check_dataset, numbers, rows_of
from minigrad.data.sampling import Rng, seed_of, whole_number
from minigrad.data.workers import in_order
from minigrad.tensor import Tensor

CONTRACT = (
    "rows",
    "batch_size",
    "shuffle",
    "drop_last",
)  # what must agree before a loader can go on from a state


class DataLoader:
    """Minibatches of a dataset: an iterable of tuples of Tensors, one per part of a row.

    Every random choice is a function of the seed, the epoch and the number of the batch alone. So the batches do
    not depend on the number of threads, each epoch has an order of its own, and a loader can go on where another
    one stopped.

    Args:
        dataset: anything with a length and numbered rows; `ArrayDataset(x, y)` for arrays.
        batch_size: rows per batch; the last one of an epoch may be smaller.
        shuffle: a new random order in every epoch; otherwise the dataset's.
        seed: an integer; or a generator, from which one is drawn; or None, for a fresh one each time.
        drop_last: leave out the last batch of an epoch if it is smaller.
        num_workers: how many threads prepare batches; 0 prepares them in the loop itself. They call the dataset
            and the transform at the same time, so both should only read.
        prefetch: how many batches are prepared ahead (with threads) or on their way to the GPU.
        device: "cpu" or "cuda". On "cuda", batches are copied from pinned memory on a stream of their own, while
            the step before them computes.
        transform: called as transform(x, rng) with the first part of each batch, e.g. images to be augmented, and
            a random generator of that batch's own; returns as many rows as it was given.

    Raises:
        TypeError: a dataset without length or rows, sizes that are no whole numbers, a transform that does not
            take (x, rng).
        ValueError: sizes below what makes sense, an empty dataset, or a `drop_last` that would drop everything.
        UsageError: a device that is not there.

    Example:
        >>> from minigrad.data import ArrayDataset
        >>> loader = DataLoader(ArrayDataset(np.arange(5.0), np.arange(5)), batch_size=2)
        >>> for x, y in loader:
        ...     print(x, y)
        tensor([0., 1.]) tensor([0, 1])
        tensor([2., 3.]) tensor([2, 3])
        tensor([4.]) tensor([4])
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int,
        shuffle: bool = False,
        seed: Rng = 0,
        drop_last: bool = False,
        num_workers: int = 0,
        prefetch: int = 2,
        device: str = "cpu",
        transform: Callable[[Any, np.random.Generator], Any] | None = None,
    ) -> None:
        self.dataset, self.device, self.transform = dataset, device, transform
        self.shuffle, self.drop_last = bool(shuffle), bool(drop_last)
        self.batch_size = whole_number(batch_size, "batch_size", least=1)
        self.num_workers = whole_number(num_workers, "num_workers", least=0)
        self.prefetch = whole_number(prefetch, "prefetch", least=0)
        self.seed = seed_of(seed)
        devices.check(device)
        check_dataset(dataset)
        check_transform(transform)
        self.start = self.position = (0, 0)  # (epoch, batch): where the next loop begins, how far this one is
        if len(self) == 0:
            raise ValueError(
                f"drop_last=True would drop everything: {len(dataset)} rows make no batch of {batch_size}."
                if len(dataset)
                else "The dataset has no rows."
            )

    def __len__(self) -> int:
        """The number of batches in an epoch."""
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        (epoch, first), batches = self.start, len(self)
        self.start, self.position = (epoch + 1, 0), (epoch, first)
        with closing(self.arrays(epoch, first)) as batch:
            for number in range(first, batches):
                parts = tuple(Tensor.wrap(a) for a in next(batch))
                self.position = (epoch, number + 1)
                yield parts
                del parts  # else this frame would keep a batch that the loop has dropped
        self.position = (epoch + 1, 0)

    def arrays(self, epoch: int, first: int) -> Generator[tuple]:
        """The batches of an epoch from number `first` on, as arrays on the device."""
        order = self.order(epoch)
        numbers_left = range(first, len(self))
        if self.device == "cpu":
            return in_order(
                lambda number: self.prepared(epoch, number, order),
                numbers_left,
                self.num_workers,
                self.prefetch,
            )
        courier = Courier()
        loaded = in_order(
            lambda number: courier.load(self.prepared(epoch, number, order)),
            numbers_left,
            self.num_workers,
            self.prefetch,
        )
        return overlapped(courier, loaded, self.prefetch)

    def order(self, epoch: int) -> np.ndarray:
        """The order of the rows in an epoch."""
        n = len(self.dataset)
        return self.random(epoch).permutation(n) if self.shuffle else np.arange(n)

    def random(self, *key: int) -> np.random.Generator:
        """The generator of an epoch's order, or of one of its batches; independent of all others."""
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))

    def prepared(self, epoch: int, number: int, order: np.ndarray) -> tuple:
        """One batch as arrays, transformed."""
        rows = order[number * self.batch_size : (number + 1) * self.batch_size]
        try:
            first, *others = rows_of(self.dataset, rows)
            if self.transform is not None:
                first = numbers(
                    self.transform(first, self.random(epoch, number)), "What the transform returned"
                )
                if first.shape[:1] != rows.shape:
                    raise ValueError(
                        f"The transform got {len(rows)} rows and returned an array of shape {first.shape}."
                    )
            return (first, *others)
        except Exception as error:
            error.add_note(f"This happened in batch {number} of epoch {epoch} of a DataLoader.")
            raise

    def state_dict(self) -> dict[str, Any]:
        """Where the loader is: the batches handed out so far count as used. Integers and booleans, fit for JSON.

        A loader with this state goes on with the rest of the epoch, then with the next epochs, to the bit. Asked
        for inside the loop at the last batch, that rest is empty; after the loop, it is the whole next epoch.
        """
        epoch, batch = self.position
        return {"seed": self.seed, "epoch": epoch, "batch": batch, **self.contract()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where the loader was that gave this state. The next loop begins there.

        Raises:
            ValueError: a state of something else, or of a loader that cuts its data differently.

        Example:
            >>> loader = DataLoader(list(range(100)), batch_size=10, shuffle=True)
            >>> batches = iter(loader)
            >>> _ = next(batches)
            >>> again = DataLoader(list(range(100)), batch_size=10, shuffle=True)
            >>> again.load_state_dict(loader.state_dict())
            >>> bool(np.all(next(batches)[0].data == next(iter(again))[0].data))
            True
        """
        expected = self.state_dict()
        if set(state) != set(expected):
            raise ValueError(
                f"This is no state of a DataLoader: it has {sorted(state)} where {sorted(expected)} are expected."
            )
        for name, value in self.contract().items():
            if state[name] != value:
                raise ValueError(
                    f"The state is of a loader with {name}={state[name]}, and this one has {name}={value}: "
                    f"its batches would be others. Make the loader as it was."
                )
        epoch, batch = (
            whole_number(state[key], f"{key} in the state", least=0) for key in ("epoch", "batch")
        )
        if batch > len(self):
            raise ValueError(f"The state is at batch {batch}; an epoch of this loader has {len(self)}.")
        self.seed = seed_of(int(state["seed"]))
        self.start = self.position = (epoch, batch)

    def contract(self) -> dict[str, Any]:
        """What decides how the data are cut into batches."""
        return dict(
            zip(CONTRACT, (len(self.dataset), self.batch_size, self.shuffle, self.drop_last), strict=True)
        )

    def __repr__(self) -> str:
        return (
            f"DataLoader({len(self.dataset)} rows, {len(self)} batches of {self.batch_size}, "
            f"shuffle={self.shuffle}, seed={self.seed}, device={self.device!r})"
        )


def check_transform(transform: Any) -> None:
    """Refuse a transform that cannot be called with (x, rng).

    Raises:
        TypeError: it cannot.

    Example:
        >>> check_transform(lambda x, rng: x / 255)
    """
    if transform is None:
        return
    try:
        inspect.signature(transform).bind(None, None)
    except ValueError:  # a function written in C does not tell its arguments
        return
    except TypeError:
        raise TypeError(
            f"transform is called as transform(x, rng), and {transform!r} does not take two arguments. "
            f"One that needs no random numbers is written lambda x, rng: …"
        ) from None
