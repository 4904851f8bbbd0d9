"""The pipeline's steps as KFP components: each reads its inputs, calls the package, and ends."""
