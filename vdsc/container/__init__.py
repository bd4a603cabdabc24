"""The .vds file (docs/format.md): a header and the chunks it counts; knows no codec."""

from vdsc.container.budget import Budget
from vdsc.container.header import Header, ModelRef
from vdsc.container.prelude import MAGIC, looks_like_vds
from vdsc.container.reader import Reader, weigh
from vdsc.container.writer import Writer

__all__ = ["MAGIC", "Budget", "Header", "ModelRef", "Reader", "Writer", "looks_like_vds", "weigh"]
