"""Layers: exact whatever the order of summation, and they learn."""

import numpy as np

from vdsc.codecs.lossless.video.integer_linear import Layer, rectify


def layer(inputs=30, outputs=7, seed=0):
    rng = np.random.default_rng(seed)
    weight = np.rint(rng.normal(0, 2**18, (inputs + 1, outputs)))
    return Layer(weight, np.full((inputs + 1, outputs), 1 << 15))


def inputs(count=64, width=30, seed=1):
    return np.random.default_rng(seed).integers(0, 1 << 16, (count, width)).astype(np.float64)


def test_a_layer_is_exact():
    one, x = layer(), inputs()
    exact = x.astype(object) @ one.weight[:-1].astype(object) + one.weight[-1].astype(object) * 1024
    assert (one(x) == exact.astype(np.float64)).all()


def test_the_order_of_inputs_changes_nothing():
    x, slope = inputs(), np.rint(np.random.default_rng(2).normal(0, 2**18, (64, 7)))
    one, other = layer(), layer()
    one.learn(x, slope, 1 << 10)
    order = np.random.default_rng(3).permutation(64)
    other.learn(x[order], slope[order], 1 << 10)
    assert (one.weight == other.weight).all()
    assert (one.weight == np.rint(one.weight)).all()


def test_learning_goes_downhill():
    one, x = layer(), np.minimum(inputs(), 1 << 11)
    goal = np.random.default_rng(4).normal(0, 1, (64, 7))

    def error():
        return one(x) / 2.0**28 - goal

    before = np.square(error()).mean()
    for _ in range(200):
        one.learn(x, np.clip(np.rint(error() * 2**18), -(2**21), 2**21), 1 << 14)
    assert np.square(error()).mean() < before / 4


def test_rectified_sums_are_activations():
    made = rectify(np.array([[-1.0, 2.0**18, 2.0**60, 0.4 * 2**18]]))
    assert made.tolist() == [[0, 1, 65536, 0]]
