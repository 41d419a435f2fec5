"""MNIST and Fashion-MNIST: 70,000 images of 28×28 pixels in ten classes, downloaded once."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.data.download import Source, fetch
from minigrad.data.idx import read_idx
from minigrad.data.splits import Split
from minigrad.errors import UsageError

MNIST = Source(
    "MNIST",
    "mnist",
    ("https://storage.googleapis.com/cvdf-datasets/mnist/", "https://ossci-datasets.s3.amazonaws.com/mnist/"),
    {
        "train-images-idx3-ubyte.gz": (
            9_912_422,
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        ),
        "train-labels-idx1-ubyte.gz": (
            28_881,
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        ),
        "t10k-images-idx3-ubyte.gz": (
            1_648_877,
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        ),
        "t10k-labels-idx1-ubyte.gz": (
            4_542,
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
    },
)

FASHION = Source(
    "Fashion-MNIST",
    "fashion-mnist",
    (
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
    {
        "train-images-idx3-ubyte.gz": (
            26_421_880,
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        ),
        "train-labels-idx1-ubyte.gz": (
            29_515,
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        ),
        "t10k-images-idx3-ubyte.gz": (
            4_422_102,
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        ),
        "t10k-labels-idx1-ubyte.gz": (
            5_148,
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
    },
)

FASHION_CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def mnist(dtype: Any = np.float32, flat: bool = True, progress: bool = True) -> Split:
    """Handwritten digits: 60,000 for training, 10,000 for testing (11.6 MB, downloaded at the first call).

    Args:
        dtype: of the pixels, from 0 to 1.
        flat: images of shape (n, 784); otherwise (n, 1, 28, 28), for convolution.
        progress: whether to show a bar while downloading.

    Returns:
        (x_train, y_train, x_test, y_test), the classes as int64.

    Raises:
        UsageError: no network and no files; the message says where to put them.

    Source: LeCun, Bottou, Bengio & Haffner (1998), "Gradient-based learning applied to document recognition".

    Example:
        >>> sum(size for size, _ in MNIST.files.values())    # bytes that the first call downloads
        11594722
    """
    return images_and_classes(MNIST, dtype, flat, progress)


def fashion_mnist(dtype: Any = np.float32, flat: bool = True, progress: bool = True) -> Split:
    """Clothes from a shop's catalogue, named in `FASHION_CLASSES`; harder than digits (30.9 MB).

    Args, returns, raises: as `mnist`.

    Source: Xiao, Rasul & Vollgraf (2017), "Fashion-MNIST: a novel image dataset for benchmarking machine learning
        algorithms", arXiv:1708.07747.

    Example:
        >>> FASHION_CLASSES[9]
        'Ankle boot'
    """
    return images_and_classes(FASHION, dtype, flat, progress)


def images_and_classes(source: Source, dtype: Any, flat: bool, progress: bool) -> Split:
    """The four files of a dataset of MNIST's kind, as arrays.

    Raises:
        UsageError: files that could not be had, or do not belong together.
    """
    x_train, y_train, x_test, y_test = map(read_idx, fetch(source, progress))
    for images, classes in ((x_train, y_train), (x_test, y_test)):
        if images.ndim != 3 or classes.shape != images.shape[:1]:
            raise UsageError(
                f"The files of {source.name} do not belong together: images of shape {images.shape} "
                f"and classes of shape {classes.shape}."
            )
    return Split(
        pixels(x_train, dtype, flat),
        y_train.astype(np.int64),
        pixels(x_test, dtype, flat),
        y_test.astype(np.int64),
    )


def pixels(images: np.ndarray, dtype: Any, flat: bool) -> np.ndarray:
    """Bytes from 0 to 255 as numbers from 0 to 1, one row per image or one channel per image.

    Example:
        >>> pixels(np.full((1, 1, 2), 255, np.uint8), np.float32, flat=True)
        array([[1., 1.]], dtype=float32)
    """
    x = images.astype(dtype)
    x /= 255
    return x.reshape(len(x), -1) if flat else x[:, None]
