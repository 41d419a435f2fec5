# %% [markdown]
# # Exercise 02: gates
#
# Backpropagation through a whole network needs only one skill, used over and over: to know, for **one**
# node, what it sends back to each of its inputs. In this exercise you write that for three nodes, called
# *gates*: **add**, **multiply** and **max**.
#
# **When you are done** you can look at a formula and write its `backward`, you know a nickname for what
# each gate does to gradients (*distributor*, *switcher*, *router*), and you have stepped through a graph
# that is made of your own gates.
#
# | task | difficulty | time | points |
# |---|---|---|---|
# | 1 add | ●○○○ | 5 min | 3 |
# | 2 multiply | ●●○○ | 8 min | 4 |
# | 3 max | ●●●○ | 12 min | 4 |
# | 4 a graph of your own gates | ●○○○ | 5 min | 1 |
#
# The lecture notebook [02 · Computation graphs](../../notebooks/02_computation_graphs.ipynb) shows the same graphs at
# work; look there when a word is new.

# %% [markdown]
# ## What a gate is
#
# A gate is a class with two methods.
#
# - `forward(self, inputs)` gets a list of arrays and returns one array, the output $z$.
# - `backward(self, inputs, output, output_diff)` gets the same list again, the output, and `output_diff`:
#   $\bar z = \partial L / \partial z$, how much the final result $L$ changes with *this* output. It has come
#   from above, from whoever used the output, and is called the **upstream gradient**. `backward` returns a
#   list with one gradient per input, in the order of the inputs.
#
# The chain rule says what to put there. For an input $x$:
#
# $$\frac{\partial L}{\partial x} \;=\; \underbrace{\bar z}_{\text{upstream}} \cdot
# \underbrace{\frac{\partial z}{\partial x}}_{\text{local}}$$
#
# House rules of this exercise:
#
# - All values are plain NumPy arrays. Both inputs of a gate have the same shape: a single number, or an
#   array on which the gate works entry by entry. (Inputs of different shapes need *broadcasting*, a later
#   exercise.)
# - Each gradient has the shape of its input.
# - A gate keeps nothing and changes nothing: no `self.x`, no globals, no `x += y`. All that `backward`
#   needs is in its arguments, so that one gate can be used in many places.
#
# Before each task there is a picture of its target, in which $\bar z = 3$ arrives: step through it. After each
# task, run its check, as often as you like. A check compares your `backward` with slopes that it measures
# numerically, under random upstream gradients, and shows what it thinks is wrong.

# %%
import numpy as np

import exercises
import minigrad as mg

# %% [markdown]
# ## Task 1: add
# *●○○○, about 5 minutes, 3 points*
#
# $$z = x + y \qquad \frac{\partial z}{\partial x} = 1 \qquad \frac{\partial z}{\partial y} = 1$$
#
# If $x$ grows by a little, $z$ grows by just as much. So what does each input receive, if $\bar z$ arrives?
#
# <details><summary>Hint: "returned 1 gradient for 2 inputs"</summary>
#
# `return [something]` is a list of one. Add has two inputs, and both are waiting: `return [for_x, for_y]`.
# </details>
#
# <details><summary>Hint: "ignores the upstream gradient"</summary>
#
# The local derivative is 1, but what flows on is *upstream times local*. A gate that returns ones is only
# right if it happens to be the last one in the graph.
# </details>

# %%
exercises.target("add_gate")


# %% task="add_gate"
class AddGate(mg.Function):
    """z = x + y"""

    def forward(self, inputs):
        x, y = inputs
        # BEGIN SOLUTION
        return x + y
        # END SOLUTION

    def backward(self, inputs, output, output_diff):
        x, y = inputs
        # BEGIN SOLUTION
        return [output_diff, output_diff]
        # END SOLUTION


# %%
exercises.check("add_gate")

# %% [markdown]
# **Distributor.** An add gate hands the upstream gradient, unchanged, to everyone who took part in the sum.

# %% [markdown]
# ## Task 2: multiply
# *●●○○, about 8 minutes, 4 points*
#
# $$z = x \cdot y \qquad \frac{\partial z}{\partial x} = \;? \qquad \frac{\partial z}{\partial y} = \;?$$
#
# Hold $y$ fixed and ask how fast $z$ grows with $x$; then the other way round. Arrays are multiplied entry
# by entry (`*`), not as matrices.
#
# <details><summary>Hint: "swapped"</summary>
#
# The gradient *of $x$* is multiplied by *the other* input. And the list begins with the gradient of the
# first input.
# </details>
#
# <details><summary>Hint: "object has no attribute"</summary>
#
# You kept `self.x` in `forward`, but `backward` was called on a gate that has not run forward. Take `x` and
# `y` out of `inputs` again.
# </details>

# %%
exercises.target("multiply_gate")


# %% task="multiply_gate"
class MultiplyGate(mg.Function):
    """z = x · y, entry by entry"""

    def forward(self, inputs):
        x, y = inputs
        # BEGIN SOLUTION
        return x * y
        # END SOLUTION

    def backward(self, inputs, output, output_diff):
        x, y = inputs
        # BEGIN SOLUTION
        return [output_diff * y, output_diff * x]
        # END SOLUTION


# %%
exercises.check("multiply_gate")

# %% [markdown]
# **Switcher.** A multiply gate scales the upstream gradient by the *other* input's value. A large $y$ makes
# $x$ influential: that is one reason why the scale of the data matters when you train.

# %% [markdown]
# ## Task 3: max
# *●●●○, about 12 minutes, 4 points*
#
# $$z = \max(x, y)\quad\text{entry by entry}$$
#
# Where $x > y$, $z$ *is* $x$: wiggling $y$ a little changes nothing. Where $y > x$ it is the other way
# round.
#
# And where $x = y$? There is a kink, and no derivative in the strict sense. A program must return
# something, so this course (like the engine behind it) agrees on a convention: **at a tie each input
# receives half** of the upstream gradient. Then nothing is lost and nothing is invented: the two shares add
# up to $\bar z$.
#
# <details><summary>Hint: "The truth value of an array with more than one element is ambiguous"</summary>
#
# `if x > y` asks for one answer, but an array gives one per entry. Build a *mask* instead: `x > y` is an
# array of `True` and `False`, and multiplying by it keeps or deletes entries.
# </details>
#
# <details><summary>Hint: "at a tie"</summary>
#
# `x >= y` and `y >= x` are both true at a tie, so both inputs get everything; `x > y` and `y > x` are both
# false, so nobody gets anything. What is the average of `x > y` and `x >= y`?
# </details>

# %%
exercises.target("max_gate")


# %% task="max_gate"
class MaxGate(mg.Function):
    """z = max(x, y), entry by entry; at a tie both inputs share the gradient equally"""

    def forward(self, inputs):
        x, y = inputs
        # BEGIN SOLUTION
        return np.maximum(x, y)
        # END SOLUTION

    def backward(self, inputs, output, output_diff):
        x, y = inputs
        # BEGIN SOLUTION
        share_of_x = 0.5 * (x > y) + 0.5 * (x >= y)  # 1 where x wins, 0 where y wins, ½ at a tie
        return [output_diff * share_of_x, output_diff * (1.0 - share_of_x)]
        # END SOLUTION


# %%
exercises.check("max_gate")

# %% [markdown]
# **Router.** A max gate sends the whole gradient to the winner; the loser does not matter, so it learns
# nothing.

# %% [markdown]
# ## Task 4: a graph of your own gates
# *●○○○, about 5 minutes, 1 point*
#
# No new code: the point is yours when the gates above work together. The graph is $f = (x + y) \cdot z$ at
# $x = -2,\; y = 5,\; z = -4$. First compute on paper: what is $f$, and what are its three gradients?

# %%
exercises.check("circuit")

# %% [markdown]
# Now watch it. Your gates are nodes like any other, so the stepper can run them. Step forward until $f$
# appears; then, *before* each step back, say which number will arrive at the next edge, and which of your
# two lines computes it.

# %%
exercises.target("circuit", AddGate, MultiplyGate)

# %% [markdown]
# Why is the gradient of $x$ equal to that of $y$, and why is it negative although $x$ is *added*?
