"""The codecs that are measured, each behind one `Peer` record."""
