"""Data to learn from: real images, generators of points, curves and shapes, minibatches, and augmentation.

With this package, one can
- get data:          digits() is shipped; mnist() and fashion_mnist() are downloaded once
- or draw them:      blobs, xor, moons, rings, spirals; curve, sine, polynomial; shifted_shapes
- hold and split:    ArrayDataset, Subset, Dataset; split, random_split
- go through them:   DataLoader, or batches for arrays alone
- vary images:       Shift, Rotate, Shear, Flip, Crop, Noise, Compose; by known amounts shift, rotate, shear, warp
"""

from minigrad.data.augment import Compose, Crop, Flip, Noise, Rotate, Shear, Shift
from minigrad.data.batches import batches
from minigrad.data.curves import curve, polynomial, sine
from minigrad.data.datasets import ArrayDataset, Dataset, Subset, TensorDataset
from minigrad.data.digits import digits
from minigrad.data.download import cache_folder
from minigrad.data.idx import parse_idx, read_idx
from minigrad.data.loader import DataLoader
from minigrad.data.mnist import FASHION_CLASSES, fashion_mnist, mnist
from minigrad.data.points import blobs, moons, rings, spirals, xor
from minigrad.data.shapes import SHAPES, shifted_shapes
from minigrad.data.splits import Split, random_split, split
from minigrad.data.warp import rotate, shear, shift, warp

__all__ = [
    "FASHION_CLASSES",
    "SHAPES",
    "ArrayDataset",
    "Compose",
    "Crop",
    "DataLoader",
    "Dataset",
    "Flip",
    "Noise",
    "Rotate",
    "Shear",
    "Shift",
    "Split",
    "Subset",
    "TensorDataset",
    "batches",
    "blobs",
    "cache_folder",
    "curve",
    "digits",
    "fashion_mnist",
    "mnist",
    "moons",
    "parse_idx",
    "polynomial",
    "random_split",
    "read_idx",
    "rings",
    "rotate",
    "shear",
    "shift",
    "shifted_shapes",
    "sine",
    "spirals",
    "split",
    "warp",
    "xor",
]
