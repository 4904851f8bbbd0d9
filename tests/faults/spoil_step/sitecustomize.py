"""Put on PYTHONPATH: training raises the same error at step 5, in whatever process it runs."""

import importlib.util
import sys


class Spoiler:
    def find_spec(self, name, path=None, target=None):
        if name != "spanbert.training.step":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        whole = spec.loader.exec_module

        def spoiled(module):
            whole(module)
            step = module.Trainer.step

            def fail_at_5(trainer, number, parts):
                if number == 5:
                    raise ArithmeticError("always at this step")
                return step(trainer, number, parts)

            module.Trainer.step = fail_at_5

        spec.loader.exec_module = spoiled
        return spec


sys.meta_path.insert(0, Spoiler())
