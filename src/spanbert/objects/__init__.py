from spanbert.objects.store import ObjectStore

__all__ = ["ObjectStore"]
