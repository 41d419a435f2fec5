# %% [markdown]
# # Exercise 12: train a classifier of digits
#
# Everything you have built comes together: scores, a loss, its gradient, an optimizer, minibatches. This time
# the engine does the calculus, and you do the rest: the loop, the network, and the judgement. The aim is 97 %
# right on handwritten digits that the network has never seen.
#
# **When you are done** you can write a training loop without looking anything up, you know which line is
# missing when it does not learn, and you have a network that reads.
#
# | task | difficulty | time | points |
# |---|---|---|---|
# | 1 one step | ●●○○ | 8 min | 3 |
# | 2 minibatches | ●●○○ | 7 min | 2 |
# | 3 the network, the training, 97 % | ●●●○ | 25 min | 7 |
#
# Lectures: [08 · Initialisation](../../notebooks/08_initialisation.ipynb), section 7, and
# [10 · Convolution](../../notebooks/10_convolution.ipynb), section 7, train networks on the same digits.

# %%
import numpy as np

import exercises
import minigrad as mg
from exercises import digit_report
from minigrad import nn

# %% [markdown]
# ## The digits
#
# 1797 pictures of 8 × 8 pixels from 0 to 1, as rows of 64 numbers. 1438 of them are for training. The other
# 359 are the **test set**: they are for the final number alone. Whoever trains on them, or chooses by them
# too often, measures memory, not skill.

# %%
exercises.target("classifier")

# %% [markdown]
# ## Task 1: one step
# *●●○○, about 8 minutes, 3 points*
#
# Here is the simplest classifier there is, ten weighted sums, and plain gradient descent for it:


# %%
class LinearClassifier(nn.Module):
    """Scores x @ W + b, shape (n, 10), for pictures x of shape (n, 64)."""

    def __init__(self, seed):
        self.layer = nn.Linear(64, 10, np.random.default_rng(seed))

    def forward(self, x):
        return self.layer(x)


def gradient_descent(model, lr):
    return mg.optim.SGD(model.parameters(), lr=lr)


# %% [markdown]
# One step of training has five parts, and every one of them can be forgotten:
#
# 1. the gradients of the step before are taken away: `optimizer.zero_grad()`;
# 2. forward: `model(x)` gives the scores;
# 3. the loss: `mg.cross_entropy(scores, y)`, a mean over the batch;
# 4. backward: `loss.backward()` puts a gradient into each parameter;
# 5. `optimizer.step()` moves the parameters.
#
# Return the loss (from before the step) as a plain number: `loss.item()`.
#
# Check by hand: with random small weights all classes are about equally likely, so the first loss should be
# near $\log 10 = 2.3$, give or take what the random weights make of it.
#
# <details><summary>Predict first: backward adds to the gradients that are there. What does a loop without
# zero_grad do?</summary>
#
# Step $t$ uses the sum of *all* gradients so far: like momentum with $\mu = 1$. It looks fine for a few
# steps, then overshoots, ever more wildly.
# </details>
#
# <details><summary>Hint: "does not move the weights"</summary>
#
# Is there an `optimizer.step()`?
# </details>
#
# <details><summary>Hint: "found no gradient in any of its"</summary>
#
# Does `zero_grad` stand between `backward` and `step`? Then the gradients are gone before anybody has used
# them.
# </details>
#
# <details><summary>Hint: "the gradients of the step before are still there"</summary>
#
# `optimizer.zero_grad()` is missing. The first step is right even so; the second is not.
# </details>
#
# <details><summary>Hint: "the loss is no plain number"</summary>
#
# The loss is a Tensor, with the whole graph behind it. `loss.item()` is the number alone.
# </details>


# %% task="training_step"
def training_step(model, optimizer, x, y):
    """One step on pictures x (n, 64) and their classes y (n,); returns the loss before it, as a number."""
    # BEGIN SOLUTION
    optimizer.zero_grad()
    loss = mg.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()
    # END SOLUTION


# %%
exercises.check("training_step")

# %% [markdown]
# **Zero, forward, loss, backward, step.** All of deep learning is in this loop.

# %% [markdown]
# ## Task 2: minibatches
# *●●○○, about 7 minutes, 2 points*
#
# The gradient of 32 examples is nearly as good as that of all 1438, and 45 times cheaper. So an **epoch**,
# one pass through the data, is cut into batches: shuffle the numbers $0, \dots, n-1$, and cut them into
# pieces of `size`. The last one may be shorter; nobody is left out, and nobody comes twice.
#
# By hand: `batches(7, 3, seed)` could be `[array([4, 0, 6]), array([2, 1, 5]), array([3])]`.
#
# <details><summary>Hint: "the rest is left out"</summary>
#
# `n // size` rounds down. `range(0, n, size)` has the beginnings of all batches, and a slice that is too long
# simply ends with the data.
# </details>
#
# <details><summary>Hint: "not every example once"</summary>
#
# `rng.integers(n, size=…)` draws with repetition. `rng.permutation(n)` is every number once, in random order.
# </details>


# %% task="batches"
def batches(n, size, seed):
    """A list of arrays with the numbers 0 … n-1, shuffled, `size` in each; the last may be shorter."""
    # BEGIN SOLUTION
    order = np.random.default_rng(seed).permutation(n)
    return [order[begin : begin + size] for begin in range(0, n, size)]
    # END SOLUTION


# %%
exercises.check("batches")

# %% [markdown]
# **Cheap and noisy.** A new order in each epoch: otherwise the network also learns the order.

# %% [markdown]
# ## Task 3: the network, the training, 97 %
# *●●●○, about 25 minutes, 7 points*
#
# Now it is yours. Three parts:
#
# - `Classifier(seed)`: a `nn.Module` that makes of pictures `(n, 64)` ten **scores** each, `(n, 10)`. Draw the
#   weights with `np.random.default_rng(seed)`. One hidden layer is enough: `nn.Linear`, `mg.relu`, `nn.Linear`.
# - `train(model, x, y)`: epochs of batches of steps. Return a list with the mean loss of each epoch. Optimizer,
#   learning rate and number of epochs are your choice; take another `seed` for the batches of each epoch.
# - `predict(model, x)`: the class with the highest score for each picture, integers of shape `(n,)`. If your
#   network has dropout, switch it off with `model.eval()`.
#
# A start: 64 hidden units, `mg.optim.Adam` with a learning rate of 0.006, batches of 32, 15 epochs. That is
# less than a second of work.
#
# **How it is graded.** Not with the test set that you have. The grader trains *your* classifier, on digits of
# its own, in at most 10 seconds, and asks it about others that did not exist before. The classes have other
# names there, and the pictures may be turned. So learn from the `x` and `y` that you are given, and nothing
# else. Since luck plays a part, the grader allows two standard errors: for 1500 digits, 96.1 % is as good as
# 97 %.
#
# <details><summary>Predict first: how good is the linear classifier after as many steps?</summary>
#
# About 95 or 96 % right: digits are nearly, but not quite, a matter of weighted sums. Try it:
# `train(LinearClassifier(0), …)`.
# </details>
#
# <details><summary>Hint: "not right often enough"</summary>
#
# Look at the losses that `train` returns. Do they still fall? More epochs, or a larger learning rate. Do they
# jump? A smaller one. Are they tiny, and the test is still below? Then the network has learned the training
# digits by heart: fewer epochs, or `weight_decay`, or some dropout.
# </details>
#
# <details><summary>Hint: "not better than a guess"</summary>
#
# Is it `argmin` where `argmax` belongs, or the wrong axis? Does the loss fall at all? Is a `relu` behind the
# last layer?
# </details>
#
# <details><summary>Hint: "did training blow up?"</summary>
#
# A learning rate that is far too large: each step overshoots more than the one before. Try a tenth.
# </details>
#
# <details><summary>Hint: "probabilities, where scores belong"</summary>
#
# `mg.cross_entropy` takes the softmax itself. With another one inside the network, gradients become small,
# and learning slow.
# </details>
#
# <details><summary>Hint: "ten numbers per picture, where a class belongs"</summary>
#
# `np.argmax(scores, axis=1)` is the number of the largest score in each row. `.numpy()` makes an array of a
# Tensor.
# </details>
#
# <details><summary>Hint: "is dropout still on?"</summary>
#
# `model.eval()` before the scores are computed; and `model.train()` at the beginning of the training.
# </details>


# %% task="classifier"
class Classifier(nn.Module):
    """Ten scores for each picture: (n, 64) to (n, 10)."""

    def __init__(self, seed):
        rng = np.random.default_rng(seed)
        # BEGIN SOLUTION
        self.hidden = nn.Linear(64, 64, rng)
        self.scores = nn.Linear(64, 10, rng)
        # END SOLUTION

    def forward(self, x):
        # BEGIN SOLUTION
        return self.scores(mg.relu(self.hidden(x)))
        # END SOLUTION


def train(model, x, y):
    """Train on the pictures x (n, 64) and their classes y (n,); returns the mean loss of each epoch."""
    # BEGIN SOLUTION
    model.train()
    optimizer = mg.optim.Adam(model.parameters(), lr=0.006)
    losses = []
    for epoch in range(15):
        steps = [training_step(model, optimizer, x[b], y[b]) for b in batches(len(x), 32, epoch)]
        losses.append(float(np.mean(steps)))
    return losses
    # END SOLUTION


def predict(model, x):
    """The most likely class of each picture, integers of shape (n,)."""
    # BEGIN SOLUTION
    model.eval()
    with mg.no_grad():
        return model(x).numpy().argmax(axis=1)
    # END SOLUTION


# %%
exercises.check("classifier")

# %%
exercises.check("accuracy")

# %% [markdown]
# **It reads.** Nobody told it what a digit is; the derivative of a loss did.

# %% [markdown]
# ## What it confuses
#
# Your classifier, trained anew, on the 359 test digits: rows are what they are, columns what it says. Which
# pairs does it confuse, and would you?

# %%
digit_report.confusion(Classifier, train, predict)
