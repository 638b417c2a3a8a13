"""What pages share: the lab, controls, the live view, charts and drawings. Nothing here computes."""
