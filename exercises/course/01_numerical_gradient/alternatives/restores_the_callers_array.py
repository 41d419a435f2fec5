"""Changes the caller's own array, and puts every number back exactly."""


def slope(f, w, index, h):
    before, middle = f(w), w[index]
    w[index] = middle + h
    after = f(w)
    w[index] = middle
    return (after - before) / h
