"""What operators need: the public edge, probes and metrics, backups, model roll-outs, and the doctor."""
