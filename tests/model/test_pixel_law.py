"""The law of pixels: each row is a distribution, and what lies between rows is their mixture."""

from __future__ import annotations

import pytest
import torch

from vdsc.errors import InvalidInput
from vdsc.model import frame_decoder
from vdsc.model.net_config import NetConfig
from vdsc.model.pixel_law import BRIGHTS, DOUBTS, PixelLaw


@pytest.fixture(scope="module")
def law():
    """A law that differs from row to row, of two channels."""
    torch.manual_seed(1)
    made = PixelLaw(3, (4, 4, 2))
    with torch.no_grad():
        for part in made.parameters():
            part.add_(0.5 * torch.randn_like(part))
    return made


def test_rows_are_distributions(law):
    """Every value of a pixel is possible, and together they are certain."""
    table = law.table()
    assert table.shape == (BRIGHTS, DOUBTS, 256)
    assert table.min() > 0
    assert torch.allclose(table.sum(-1), torch.ones(()), atol=1e-5)


def test_at_an_entry_the_law_is_its_row(law):
    """A pixel whose planes name an entry of the table costs -log of it."""
    rows, columns = torch.tensor([3, 60, 63]), torch.tensor([0, 7, 15])
    level, doubt = rows / (BRIGHTS - 1), columns / (DOUBTS - 1)
    planes = torch.stack([level, level, doubt, doubt], -1)
    x = torch.tensor([[0, 9], [128, 3], [255, 77]]) / 255
    expected = -law.table()[rows, columns, (x[:, 0] * 255).round().long()].log()
    assert torch.allclose(law.nats(planes, x)[:, 0], expected, rtol=1e-3)


def test_every_pixel_is_certain_to_have_some_value(law):
    """Probabilities of all values sum to 1 anywhere between the entries, and where nothing is."""
    planes = torch.rand(5, 1, 4) * torch.tensor([1, 1, 1, 1, 0.0])[:, None, None]
    values = (torch.arange(256) / 255)[None, :, None].expand(5, -1, 2)
    first = law.nats(planes.expand(-1, 256, -1), values)[..., 0]
    assert torch.allclose((-first).exp().sum(1), torch.ones(5), atol=1e-4)


def test_black_where_nothing_is_drawn_is_looked_up_once(law):
    """The shortcut for such pixels gives what the table gives."""
    planes, x = torch.zeros(6, 4), torch.zeros(6, 2)
    assert torch.allclose(law.nats(planes, x), -law.table()[0, 0, 0].log(), rtol=1e-4)


def test_a_channel_leans_on_those_before_it_alone(law):
    """The first channel's law knows nothing of the second; the second's knows the first."""
    planes, x = torch.full((1, 4), 0.4), torch.tensor([[0.2, 0.6]])
    other = torch.tensor([[0.2, 0.1]])
    assert law.leaning(planes[:, :2], x)[0, 0] == 0
    assert torch.equal(law.nats(planes, x)[:, 0], law.nats(planes, other)[:, 0])
    moved = law.leaning(planes[:, :2], x)[0, 1].item()
    assert moved == pytest.approx(law.lean[1, 0].item() * (0.2 - 0.4), rel=1e-5)


def test_pictures_need_sides_of_eight():
    """Other frames are refused in words."""
    config = NetConfig((20, 16, 3), 4, 10.0, 9, decoder="pictures", parts=2)
    with pytest.raises(InvalidInput, match="multiples of 8"):
        frame_decoder.build(config)


def test_pictures_need_a_width_for_each_size():
    """Two or four are refused in words."""
    config = NetConfig((16, 16, 3), 4, 10.0, 9, decoder="pictures", widths=(8, 8))
    with pytest.raises(InvalidInput, match="must be 3 numbers, not 2"):
        frame_decoder.build(config)


@pytest.mark.parametrize(
    ("decoder", "frame"), [("pictures", (16, 24, 3)), ("sprites", (32, 32, 1))]
)
def test_two_planes_are_drawn_of_a_channel(decoder, frame):
    """Level and doubt of each, in [0, 1]."""
    config = NetConfig(frame, 8, 10.0, 9, decoder=decoder, parts=2)
    drawn = frame_decoder.build(config)(torch.randn(2, 3, 8))
    assert drawn.shape == (2, 3, *frame[:2], 2 * frame[2])
    assert 0 <= drawn.min() <= drawn.max() <= 1
