# %% [markdown]
# # Exercise 05: your own autograd
#
# In exercise 04 somebody had to write the graph down. Nobody does that in practice: one writes
# `x * y + exp(x)`, and the graph is *there*. In this exercise you build what makes it so, in about thirty
# lines: numbers that remember where they come from, a rule per function, and a backward pass.
#
# **When you are done** you have an autograd of your own that differentiates any program of these functions,
# with loops and all, and you know its three classic mistakes, because you have met them.
#
# | task | difficulty | time | points |
# |---|---|---|---|
# | 1 remember | ●●○○ | 8 min | 3 |
# | 2 a rule per function | ●●○○ | 10 min | 4 |
# | 3 the backward pass | ●●●● | 18 min | 6 |
# | 4 one weight, many uses | ●●○○ | 6 min | 2 |
#
# The lecture notebook [05 · DAG networks and
# autograd](../../notebooks/05_dag_networks_and_autograd.ipynb), sections 1 and 2, shows what such an
# engine does, and why it adds.

# %% [markdown]
# ## What is given
#
# A `Node` is plain data: its value, the name of the function that made it, the nodes that it was made from
# (its **parents**, one per argument), and a place for its gradient, 0 at first. A leaf has no parents.
# Python turns `a + b` into `a.__add__(b)`, and `2 + b` into `b.__radd__(2)`: that is all the magic there
# is.
#
# Values are numbers, or arrays that all have the same shape.

# %%
import numpy as np

import exercises

FORWARD = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "exp": np.exp,
    "log": np.log,
    "tanh": np.tanh,
}


class Node:
    """A value that remembers how it was computed."""

    def __init__(self, value, function="", parents=()):
        self.value = value
        self.function = function
        self.parents = parents
        self.grad = 0.0

    def __add__(self, other):
        return apply("add", self, other)

    def __radd__(self, other):
        return apply("add", other, self)

    def __sub__(self, other):
        return apply("subtract", self, other)

    def __rsub__(self, other):
        return apply("subtract", other, self)

    def __mul__(self, other):
        return apply("multiply", self, other)

    def __rmul__(self, other):
        return apply("multiply", other, self)

    def __truediv__(self, other):
        return apply("divide", self, other)

    def __rtruediv__(self, other):
        return apply("divide", other, self)


def exp(x):
    return apply("exp", x)


def log(x):
    return apply("log", x)


def tanh(x):
    return apply("tanh", x)


# %% [markdown]
# ## Task 1: remember
# *●●○○, about 8 minutes, 3 points*
#
# `apply("multiply", x, y)` computes `FORWARD["multiply"]` of the *values* of its arguments, and returns a
# new `Node` with that value, the function's name, and its parents: the argument nodes themselves, in order.
# In `2 * x` one argument is a plain number. Make a node of it (a leaf), so that there is one parent per
# argument.
#
# By hand: with `x = Node(3.0)`, `y = 2 * x` has the value 6, the function `"multiply"`, and two parents: a
# new leaf with the value 2, and `x`. (The picture, of $2x + xy$, saves space: it writes that 2 into the box
# of the product.)
#
# <details><summary>Hint: "a plain number is no Node"</summary>
#
# `isinstance(argument, Node)` tells them apart.
# </details>
#
# <details><summary>Hint: "is not the very node that was given"</summary>
#
# `Node(x.value)` is a stranger that happens to have the same value: what is sent to it never reaches `x`.
# </details>
#
# <details><summary>Stuck: "maximum recursion depth exceeded"</summary>
#
# `np.multiply` of two Nodes asks the Nodes to multiply themselves, that is `x * y`, which calls `apply` again,
# and so on. Give it their values.
# </details>

# %%
exercises.target("apply")


# %% task="apply"
def apply(function, *arguments):
    """A new Node: the function's value on the arguments, with its name and its parents."""
    # BEGIN SOLUTION
    parents = [a if isinstance(a, Node) else Node(a) for a in arguments]
    value = FORWARD[function](*[parent.value for parent in parents])
    return Node(value, function, parents)
    # END SOLUTION


# %%
exercises.check("apply")

# %% [markdown]
# **Computing is recording.** Nobody declares a graph; it is what has happened.

# %% [markdown]
# ## Task 2: a rule per function
# *●●○○, about 10 minutes, 4 points*
#
# For each function, what does it send back? `vjp(function, g, *values)` gets the upstream gradient $g$ and
# the values of the arguments, and returns a list with one message per argument: *upstream times local*.
# (The name is short for *vector-Jacobian product*.)
#
# | function | local derivatives |
# |---|---|
# | $x + y$, $\;x - y$, $\;x \cdot y$ | you know them |
# | $x / y$ | for $x$: $1/y$; for $y$: $-x/y^2$ |
# | $e^x$, $\;\ln x$ | $e^x$, $\;1/x$ |
# | $\tanh x$ | $1 - \tanh^2 x$ |
#
# By hand: $6/3$ with $g = 1$ sends $1/3$ to the 6 and $-6/9 = -2/3$ to the 3.
#
# <details><summary>Hint: "vjp of subtract"</summary>
#
# If $y$ grows, $x - y$ falls.
# </details>
#
# <details><summary>Hint: "vjp of divide"</summary>
#
# $x/y = x \cdot y^{-1}$, and the derivative of $y^{-1}$ is $-y^{-2}$. Check the sign and the square.
# </details>
#
# <details><summary>Hint: "vjp of tanh"</summary>
#
# It needs $\tanh$ of $x$, squared. What you get is $x$, not $\tanh x$.
# </details>


# %% task="vjp"
def vjp(function, g, *values):
    """The messages that a function sends to its arguments: a list with one per argument."""
    # BEGIN SOLUTION
    if function == "add":
        return [g, g]
    if function == "subtract":
        return [g, -g]
    if function == "multiply":
        x, y = values
        return [g * y, g * x]
    if function == "divide":
        x, y = values
        return [g / y, -g * x / y**2]
    if function == "exp":
        return [g * np.exp(values[0])]
    if function == "log":
        return [g / values[0]]
    return [g * (1 - np.tanh(values[0]) ** 2)]
    # END SOLUTION


# %%
exercises.check("vjp")

# %% [markdown]
# **All the calculus is in this table.** The engine of this course has a longer one, with a rule for each NumPy
# function that it differentiates. Nothing else in it knows any calculus.

# %% [markdown]
# ## Task 3: the backward pass
# *●●●●, about 18 minutes, 6 points*
#
# `backward(output, gradient)` sends the gradient back through the graph and **adds** to the `.grad` of
# every leaf what has arrived there. (The default, 1, is meant for outputs that are one number.)
#
# 1. Find an order: every node before its parents. You have done that in exercise 04; here the graph is
#    reached from the output through `.parents`, and may be thousands of nodes deep.
# 2. Keep what arrives at each node *in a dict of this call*, node → gradient. Begin with the output.
# 3. Go through the order: a node with parents asks `vjp` for its messages, and each one is added to what
#    its parent has received. A leaf's gradient goes into `.grad`.
#
# Why not collect in `.grad` of *all* nodes? Because of the second call: leaves are meant to remember the
# first one, so that the gradients of two losses add up. Inner nodes are not: they would send what they had
# received in the first call once again.
#
# By hand: $f = x - x$ at $x = 3$. Two messages go to $x$: $+1$ and $-1$. The gradient is $0$, as it should
# be, and not $-1$ or $1$.
#
# <details><summary>Predict first: and x / x at 3?</summary>
#
# $1/3$ for the numerator and $-3/9$ for the denominator: together 0 again.
# </details>
#
# The picture shows $(u - u) + u/x$ with $u = x\,y$. Count the messages that $u$ waits for before it sends.
# What $x$ receives adds up to 0, but for the rounding of the last digit.
#
# <details><summary>Hint: "only the last one counts"</summary>
#
# `received[parent] = message` forgets the messages before it.
# </details>
#
# <details><summary>Hint: "a node sends before all of its messages have arrived"</summary>
#
# Walking from the output to its parents and on to theirs is not an order: a short way arrives before a long
# one. A leaf can be early, too; then its gradient is wrong, and nothing else.
# </details>
#
# <details><summary>Hint: "backward overwrote its input"</summary>
#
# The rule of `add` sends *the same array* to both parents. If you then write `received[x] += message`,
# NumPy adds inside that array, and the other parent's gradient changes too.
# `received[x] = received[x] + message` makes a new one.
# </details>
#
# <details><summary>Hint: "a second pass through the same graph is wrong"</summary>
#
# See above: what inner nodes have received belongs to one call.
# </details>
#
# <details><summary>Hint: "a second pass forgets"</summary>
#
# `leaf.grad = leaf.grad + …`
# </details>
#
# <details><summary>Hint: "maximum recursion depth exceeded"</summary>
#
# Keep a list of waiting nodes instead of calling a function from itself.
# </details>

# %%
exercises.target("backward")


# %% task="backward"
def backward(output, gradient=1.0):
    """Send `gradient` back from `output`, and add what arrives at each leaf to its .grad."""
    # BEGIN SOLUTION
    users = {output: 0}
    waiting = [output]
    while waiting:  # how many messages will each node receive?
        for parent in waiting.pop().parents:
            if parent not in users:
                users[parent] = 0
                waiting.append(parent)
            users[parent] += 1
    received = {output: gradient}
    ready = [output]
    while ready:
        node = ready.pop()
        g = received[node]
        if not node.parents:
            node.grad = node.grad + g
            continue
        messages = vjp(node.function, g, *[parent.value for parent in node.parents])
        for parent, message in zip(node.parents, messages):
            received[parent] = received[parent] + message if parent in received else message
            users[parent] -= 1
            if users[parent] == 0:
                ready.append(parent)
    # END SOLUTION


# %%
exercises.check("backward")

# %% [markdown]
# **Each node once, each edge once.** That is why a backward pass costs about as much as a forward pass,
# however many ways lead through the graph.

# %% [markdown]
# ## Task 4: one weight, many uses
# *●●○○, about 6 minutes, 2 points*
#
# A recurrent network reads a sequence $x_1, x_2, \dots$ and keeps a state. Every step uses *the same* two
# weights:
#
# $$h_t = \tanh(w\, h_{t-1} + u\, x_t)$$
#
# Write it with ordinary operators, so that it works on your nodes. Your autograd must then give $w$ the
# **sum** of what it does in all steps, with no further code: that is weight sharing.
#
# By hand: with $w = 0.5$, $u = 1$, $h_0 = 0$ and the sequence $(1)$: $h_1 = \tanh 1 = 0.7616$. The gradient
# of $u$ is $1 - 0.7616^2 = 0.4200$, that of $w$ is $0$, because $h_0$ is. With a second step, $w$ matters.
#
# In the picture, count the messages that reach $w$.
#
# <details><summary>Hint: "recurrent: wrong value"</summary>
#
# The new state is the $h$ of the next step.
# </details>

# %%
exercises.target("recurrent")


# %% task="recurrent"
def recurrent(w, u, xs, h):
    """The last state of the network that reads the sequence xs, from the state h."""
    # BEGIN SOLUTION
    for x in xs:
        h = tanh(w * h + u * x)
    return h
    # END SOLUTION


# %%
exercises.check("recurrent")

# %% [markdown]
# **A loop is a graph too.** It is as deep as the sequence is long, and it was written down while you
# computed.
