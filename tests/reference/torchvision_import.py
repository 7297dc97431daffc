"""Import torchvision, also if its compiled operators do not match the installed torch.

Models and transforms use none of those operators, but the import fails unless they are declared.
"""
import sys

import torch

OPERATORS = """nms qnms roi_align qroi_align _roi_align_backward ps_roi_align _ps_roi_align_backward roi_pool
_roi_pool_backward ps_roi_pool _ps_roi_pool_backward deform_conv2d _deform_conv2d_backward""".split()

try:
    import torchvision
except RuntimeError:
    for module in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[module]
    declarations = torch.library.Library("torchvision", "DEF")
    for operator in OPERATORS:
        declarations.define(operator + "(Tensor a) -> Tensor")
    import torchvision

models = torchvision.models
