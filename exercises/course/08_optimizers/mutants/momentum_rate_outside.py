"""Mixes the lecture's form with that of PyTorch: the old velocity is scaled as well.

loses: test_momentum
says: the learning rate scales the old velocity too
check: the learning rate is not in the velocity
"""


def momentum_step(w, g, v, lr, mu):
    v = mu * v + g
    return w - lr * v, v
