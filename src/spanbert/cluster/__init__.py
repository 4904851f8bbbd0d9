"""Work of one step on a cluster: a Ray job made, followed, and brought back as if it were local."""
