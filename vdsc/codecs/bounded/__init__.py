"""An error that no value exceeds: another codec's path, and what it lacks in whole steps."""
