from __future__ import annotations

import numpy as np
import pytest

from core.model.graph import Graph, share_constants

XML = b"""<net><layers>
<layer type="Const"><data offset="0" size="400"/></layer>
<layer type="Const"><data offset="400" size="40"/></layer>
<layer type="Convolution"><data size="1"/></layer>
<layer type="Const"><data offset="440" size="400"/></layer>
</layers></net>"""


def _parts():
    weights = {"w": np.arange(100, dtype=np.float32), "small": np.ones(10, np.float32)}
    return weights, weights["w"].tobytes() + weights["small"].tobytes() + weights["w"].tobytes()


def test_the_block_comes_back_byte_for_byte():
    weights, block = _parts()
    graph = share_constants(XML, block, weights)
    assert graph.shared == {"w": [0, 440]}
    assert graph.block(weights) == block


def test_shared_weights_are_not_stored():
    weights, block = _parts()
    assert len(share_constants(XML, block, weights).constants) < 60


def test_other_weights_make_another_block():
    weights, block = _parts()
    graph = share_constants(XML, block, weights)
    other = weights | {"w": weights["w"] + 1}
    assert graph.block(other)[:400] == other["w"].tobytes()


@pytest.mark.parametrize("offset", [-4, 441, 10**12])
def test_a_weight_that_does_not_fit_is_refused(offset):
    weights, block = _parts()
    graph = share_constants(XML, block, weights)
    with pytest.raises(ValueError, match="does not fit"):
        Graph(graph.xml, graph.constants, {"w": [offset]}).block(weights)


def test_damaged_constants_are_refused():
    with pytest.raises(ValueError, match="damaged"):
        Graph(XML, b"not deflated", {}).block({})
