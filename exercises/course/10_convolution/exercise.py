# %% [markdown]
# # Exercise 10: convolution and pooling
#
# A convolution moves one small window over a whole picture. That makes it a lesson in *weight sharing*: a
# kernel is used at every place, so it hears from every place; and a pixel lies in several windows, so it
# hears from several of them. If you can write both sums, you can write the gradient of anything.
#
# **When you are done** you have written a convolution with stride and padding, forward and backward, once
# with loops and once without; you know where the gradient of max pooling goes, and you have stepped through a
# graph of your own nodes.
#
# | task | difficulty | time | points |
# |---|---|---|---|
# | 1 convolution, forward | ●●○○ | 8 min | 3 |
# | 2 convolution, backward | ●●●○ | 14 min | 5 |
# | 3 without loops over pixels | ●●●○ | 10 min | 3 |
# | 4 max pooling | ●●○○ | 10 min | 4 |
#
# The lecture notebook [10 · Convolution](../../notebooks/10_convolution.ipynb) shows the same windows at
# work.

# %% [markdown]
# House rules: all values are plain NumPy arrays. A picture `x` has the shape `(channels, H, W)`, and
# `kernels` has the shape `(D, channels, h, w)`: `D` kernels, each as deep as the picture. Nothing that you
# are given may be changed in place. The engine's own convolution and pooling are what you are writing, so do
# not call them.

# %%
import numpy as np

import exercises
import minigrad as mg
from exercises import stepping

# %% [markdown]
# ## Task 1: convolution, forward
# *●●○○, about 8 minutes, 3 points*
#
# Lay a kernel on a window of the picture, multiply entry by entry, add up everything, channels included: one
# number of one activation map. Move the window by `stride`, and do it again.
#
# $$z_{d,i,j} = \sum_{c,a,b} k_{d,c,a,b} \; x_{c,\; iS + a,\; jS + b}$$
#
# Kernel and picture are both visited in *increasing* order (mathematicians turn the kernel round; networks do
# not care, because they learn it). With `padding` $P$, the picture first gets a frame of $P$ zeros on all
# four sides. A picture of height $H$ gives maps of the height $\lfloor (H + 2P - h) / S \rfloor + 1$, and the
# same for the width.
#
# By hand, with one channel and one kernel:
#
# $$\begin{pmatrix} 1 & 2 & 3 \\ 4 & 5 & 6 \\ 7 & 8 & 9 \end{pmatrix} \;\text{and}\;
# \begin{pmatrix} 1 & 2 \\ 0 & -1 \end{pmatrix} \;\text{give}\; \begin{pmatrix} 0 & 2 \\ 6 & 8 \end{pmatrix}:
# \qquad 1 \cdot 1 + 2 \cdot 2 + 0 \cdot 4 - 1 \cdot 5 = 0.$$
#
# Loops are welcome here; speed comes in task 3. The class `Conv2d` stands below task 2: write its `forward`
# now, and leave the `...` in `backward`. Each has a check of its own.
#
# <details><summary>Hint: "the stride is ignored"</summary>
#
# Map entry $(i, j)$ looks at the window that begins at row $i \cdot S$ and column $j \cdot S$. And there are
# fewer of them.
# </details>
#
# <details><summary>Hint: "the kernel is turned round"</summary>
#
# `scipy.signal.convolve` and `np.convolve` turn it. Multiply `window * kernel` without any `[::-1]`.
# </details>
#
# <details><summary>Hint: "the padding is ignored"</summary>
#
# `np.pad(x, [(0, 0), (P, P), (P, P)])` puts a frame of zeros around each channel, and none around the
# channels.
# </details>

# %%
exercises.target("conv_forward")

# %% [markdown]
# ## Task 2: convolution, backward
# *●●●○, about 14 minutes, 5 points*
#
# Look at *one* product, $k_{d,c,a,b} \cdot x_{c,\,iS+a,\,jS+b}$, which went into $z_{d,i,j}$. A product is a
# switcher: on the way back, the kernel's entry gets $\bar z_{d,i,j}$ times the pixel, and the pixel gets
# $\bar z_{d,i,j}$ times the kernel's entry. Both take part in many products, so both **add up** what they
# get:
#
# - walk over all entries of $\bar z$, as in the forward pass;
# - add $\bar z_{d,i,j} \cdot \text{window}$ to the gradient of kernel $d$;
# - add $\bar z_{d,i,j} \cdot \text{kernel } d$ to the window in the gradient of the (padded) picture;
# - at the end, cut the frame off again: nobody wants the gradient of the padding.
#
# By hand, with the picture and the kernel from above and
# $\bar z = \begin{pmatrix} 1 & 0 \\ 0 & 2 \end{pmatrix}$:
#
# $$\bar k = 1 \begin{pmatrix} 1 & 2 \\ 4 & 5 \end{pmatrix} + 2 \begin{pmatrix} 5 & 6 \\ 8 & 9 \end{pmatrix}
# = \begin{pmatrix} 11 & 14 \\ 20 & 23 \end{pmatrix} \qquad
# \bar x = \begin{pmatrix} 1 & 2 & 0 \\ 0 & -1 + 2 & 4 \\ 0 & 0 & -2 \end{pmatrix}$$
#
# <details><summary>Predict first: in which entry of the gradient of x do two windows meet here?</summary>
#
# In the middle one: it is the last entry of the upper left window and the first of the lower right one,
# $-1 + 2 = 1$.
# </details>
#
# <details><summary>Hint: "windows overlap, so the gradient of x needs +=, not ="</summary>
#
# With `=`, the last window that covers a pixel wins, and what came before is lost.
# </details>
#
# <details><summary>Hint: "the padding is still around the gradient of x"</summary>
#
# You sum up in an array as large as the *padded* picture. Return its inner part: `[:, P : P + H, P : P + W]`.
# (Beware of `[:, P:-P, P:-P]`: for $P = 0$ it is empty.)
# </details>
#
# <details><summary>Hint: "a kernel is used at every place, so its gradient needs +=, not ="</summary>
#
# Begin with `np.zeros_like(kernels)`, and add.
# </details>

# %%
exercises.target("conv_backward")


# %% task="conv_forward"
class Conv2d(mg.Function):
    """Convolves x (channels, H, W) with kernels (D, channels, h, w); the inputs are [x, kernels]."""

    def __init__(self, stride=1, padding=0):
        self.stride = stride
        self.padding = padding

    def forward(self, inputs):
        x, kernels = inputs
        S, P = self.stride, self.padding
        # BEGIN SOLUTION
        D, channels, h, w = kernels.shape
        x = np.pad(x, [(0, 0), (P, P), (P, P)])
        z = np.zeros((D, (x.shape[1] - h) // S + 1, (x.shape[2] - w) // S + 1))
        for d, i, j in np.ndindex(z.shape):
            window = x[:, i * S : i * S + h, j * S : j * S + w]
            z[d, i, j] = np.sum(window * kernels[d])
        return z
        # END SOLUTION

    def backward(self, inputs, output, output_diff):
        x, kernels = inputs
        S, P = self.stride, self.padding
        # BEGIN SOLUTION
        D, channels, h, w = kernels.shape
        padded = np.pad(x, [(0, 0), (P, P), (P, P)])
        of_x, of_kernels = np.zeros_like(padded), np.zeros_like(kernels)
        for d, i, j in np.ndindex(output_diff.shape):
            place = (slice(None), slice(i * S, i * S + h), slice(j * S, j * S + w))
            of_kernels[d] += output_diff[d, i, j] * padded[place]
            of_x[place] += output_diff[d, i, j] * kernels[d]
        return [of_x[:, P : P + x.shape[1], P : P + x.shape[2]], of_kernels]
        # END SOLUTION


# %%
exercises.check("conv_forward")

# %%
exercises.check("conv_backward")

# %% [markdown]
# **Shared weights add up.** A kernel's gradient is a sum over places, a pixel's a sum over windows. And the
# gradient of a convolution is made of convolutions again.

# %% [markdown]
# ## Task 3: without loops over pixels
# *●●●○, about 10 minutes, 3 points*
#
# Your loops make one step of Python per entry of the result: for a picture of 1200 × 1200 pixels and three
# kernels, more than four million. Write the forward pass again so that NumPy visits the pixels. In grading,
# such a picture has to be done in 10 seconds; without loops it takes less than one.
#
# Two good ways:
#
# - `np.lib.stride_tricks.sliding_window_view(x, (h, w), axis=(1, 2))` has the shape
#   `(channels, H - h + 1, W - w + 1, h, w)`: all windows, and nothing is copied. Take every $S$-th, and sum over
#   three axes with `np.einsum` or `np.tensordot`.
# - Loop over the few entries $(a, b)$ of the kernel instead: for each of them, a *slice* of the picture,
#   `x[:, a : … : S, b : … : S]`, takes part in all places at once.
#
# <details><summary>Hint: "is there a loop over its pixels?"</summary>
#
# The check counts the lines of Python that run, for a small and for a larger picture. A `for`, a
# comprehension or `np.vectorize` over places makes the second number larger.
# </details>
#
# <details><summary>Hint: "took longer than"</summary>
#
# The big picture of the hidden test was not done in time.
# </details>


# %% task="conv_fast"
def conv2d_fast(x, kernels, stride, padding):
    """The same as Conv2d(stride, padding).forward([x, kernels]), without a loop over places."""
    # BEGIN SOLUTION
    P = padding
    x = np.pad(x, [(0, 0), (P, P), (P, P)])
    windows = np.lib.stride_tricks.sliding_window_view(x, kernels.shape[2:], axis=(1, 2))
    windows = windows[:, ::stride, ::stride]
    return np.einsum("cijab,dcab->dij", windows, kernels, optimize=True)
    # END SOLUTION


# %%
exercises.check("conv_fast")

# %% [markdown]
# **Same numbers, other order.** A sum does not care who is the outer loop; a computer does.

# %% [markdown]
# ## Task 4: max pooling
# *●●○○, about 10 minutes, 4 points*
#
# Cut each channel into windows of `size` × `size` that do not overlap, and keep the largest entry of each.
# Rows and columns at the end that fill no window are left out. By hand, with `size` 2:
#
# $$\begin{pmatrix} 1 & 5 & 4 & 4 \\ 0 & 2 & 8 & 1 \end{pmatrix} \;\to\; \begin{pmatrix} 5 & 8 \end{pmatrix}, \qquad
# \bar z = \begin{pmatrix} 1 & 10 \end{pmatrix} \;\to\;
# \bar x = \begin{pmatrix} 0 & 1 & 0 & 0 \\ 0 & 0 & 10 & 0 \end{pmatrix}$$
#
# Max is a *router*: the winner gets the whole gradient of its window, the others get nothing. **At a tie, the
# first winner** in reading order gets it all; `np.argmax` finds just that one.
#
# <details><summary>Hint: "at a tie every winner gets the whole gradient"</summary>
#
# `window == window.max()` can be true several times. `np.argmax(window)` is one number: the place of the
# first winner, counted through the window row by row. `np.unravel_index` makes row and column of it.
# </details>
#
# <details><summary>Hint: "0 takes part in the maximum"</summary>
#
# If all entries of a window are negative, the largest is negative too. Do not begin the search with 0.
# </details>
#
# <details><summary>Hint: "every entry of a window gets the gradient, not the largest alone"</summary>
#
# Only the winner has influenced the result.
# </details>

# %%
exercises.target("pool_forward")


# %% task="pool_forward"
class MaxPool2d(mg.Function):
    """The largest entry of each window of size × size, for x of shape (channels, H, W)."""

    def __init__(self, size):
        self.size = size

    def forward(self, inputs):
        (x,) = inputs
        n = self.size
        # BEGIN SOLUTION
        z = np.zeros((x.shape[0], x.shape[1] // n, x.shape[2] // n))
        for c, i, j in np.ndindex(z.shape):
            z[c, i, j] = x[c, i * n : i * n + n, j * n : j * n + n].max()
        return z
        # END SOLUTION

    def backward(self, inputs, output, output_diff):
        (x,) = inputs
        n = self.size
        # BEGIN SOLUTION
        gradient = np.zeros_like(x)
        for c, i, j in np.ndindex(output_diff.shape):
            window = x[c, i * n : i * n + n, j * n : j * n + n]
            a, b = np.unravel_index(np.argmax(window), window.shape)
            gradient[c, i * n + a, j * n + b] = output_diff[c, i, j]
        return [gradient]
        # END SOLUTION


# %%
exercises.check("pool_forward")

# %%
exercises.check("pool_backward")

# %% [markdown]
# **Router.** Pooling forgets where; its gradient remembers.

# %% [markdown]
# ## Watch it
#
# Your convolution and your pooling as nodes of one graph. Step back, and **predict** first: of the twelve
# entries of the activation map, how many get a gradient? And of the six of the kernel?


# %%
def network():
    picture = np.zeros((1, 5, 5))
    picture[0, 1:4, 2] = 1.0
    x = mg.tensor(picture, requires_grad=True, name="x")
    kernel = mg.tensor([[[[1.0, -1.0, 0.5], [2.0, 0.0, -0.5]]]], requires_grad=True, name="kernel")
    return MaxPool2d(2)(Conv2d()(x, kernel)).sum()


stepping.through(network)

# %% [markdown]
# <details><summary>Answer</summary>
#
# The map is 4 × 3, so pooling has two windows, and two entries get a gradient, one each; the third column
# belongs to no window. In the upper window two zeros tie for the maximum, and the first one wins. All six
# entries of the kernel hear from these two places, each times the pixel that lies there: where that is 0, so
# is the message, and only two entries get something else than 0.
# </details>
