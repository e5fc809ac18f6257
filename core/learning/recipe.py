"""What a training run is asked to do, and the recipes that have names."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from core.datasets.splitting import Order
from core.imaging.preprocess import Preprocessing
from core.model.checkpoint import BackboneName, HeadName

#: Features that are made once are made of each training scan as it is or, with augmentation, of so many
#: changed copies, of which every epoch takes one for each scan.
VIEWS = 4


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a run, apart from the scans. Stored with the model it makes.

    Attributes:
        backbone, head: the architecture.
        init: "bundled", "imagenet", "random", or the path of a checkpoint or `.pth`.
        freeze_backbone: train the head only; the backbone stays in evaluation mode.
        epochs, batch_size, lr: of the optimiser; with "onecycle", `lr` is the peak.
        size: side of the network's input, pixels.
        small_size, small_epochs: the first epochs may run on smaller pictures, which costs less: of which
            sizes, and how many epochs each, in that order. The last epoch never does.
        seed: of the initial weights, the split, the order and the augmentation.
        optimizer, weight_decay: Adam, or AdamW with decoupled decay (Loshchilov and Hutter 2019).
        schedule: constant; one cycle (Smith and Topin 2018); or a tenth of the learning rate whenever
            validation accuracy has not risen for three epochs.
        label_smoothing: share of the target spread over both classes.
        class_weights: weigh the loss so that both classes count alike.
        augment: the name of an augmentation policy.
        standardise: bring each picture to mean 0 and standard deviation 1; None: as the checkpoint that
            training starts from does, and not where it starts from none.
        tone: before that, bring its darkest and two middle greys to fixed places, by this share of the way, 0
            to 1; None: likewise.
        reading_tone: the same where the model reads and is measured, in place of `tone`. With less of it than
            in learning, something of an exposure reaches a network that could not learn what it goes with.
            None: likewise, or as it learns where `tone` is given.
        focus: weigh the feature map by where lungs are (`core.model.focus`); None: likewise.
        average: decay per step of an exponential average of the weights, which is what is kept;
            0 for none.
        repeat: how often the scans of each DATASET that is given are taken in one epoch, in that order;
            missing ones once.
        balance: take as many scans of each class in an epoch: of each DATASET all of the rarer one, and as
            many of the other, drawn anew each time. Costs less than weighing, and weighs the same.
        mixup: parameter of the Beta distribution that two pictures and their labels are mixed by (Zhang et
            al., ICLR 2018); 0: not at all.
        consistency: 0, or the weight of this in the loss: each training scan is taken in two changed copies,
            which are to be answered alike (R-Drop's symmetric divergence, Wu et al., NeurIPS 2021, between
            changed copies as in Hendrycks et al., "AugMix", ICLR 2020). An epoch then takes twice as long.
        keep: the weights after the last epoch, or those of the best validation accuracy.
        int8: make the int8 form too, which processors that multiply it read with.
        validation_share: share of patients split off where a DATASET brings no `val/` of its own.
        validation: which patients those are: drawn at random, or the first by number, whose scans may differ
            from the others' as another month's do. The second tells more of what to expect elsewhere.
        patience: so many epochs in a row in which neither validation accuracy nor AUC got better end the
            run; 0: never. Epochs on smaller pictures do not count.
        cache_features: where the backbone is frozen, run it over each scan once and train the head on what
            it gave (`core.learning.feeding`), which makes an epoch a matter of a second.
    """

    backbone: BackboneName = "resnet18"
    head: HeadName = "linear"
    init: str = "bundled"
    freeze_backbone: bool = False
    epochs: int = 5
    batch_size: int = 16
    lr: float = 1e-4
    size: int = 224
    small_size: tuple[int, ...] = (112,)
    small_epochs: tuple[int, ...] = (0,)
    seed: int = 0
    optimizer: Literal["adam", "adamw"] = "adam"
    weight_decay: float = 0.0
    schedule: Literal["constant", "onecycle", "plateau"] = "constant"
    label_smoothing: float = 0.0
    class_weights: bool = False
    augment: Literal["none", "flips", "strong", "wide"] = "none"
    standardise: bool | None = None
    tone: float | None = None
    reading_tone: float | None = None
    focus: bool | None = None
    average: float = 0.0
    repeat: tuple[int, ...] = ()
    balance: bool = False
    mixup: float = 0.0
    consistency: float = 0.0
    keep: Literal["last", "best"] = "last"
    int8: bool = True
    validation_share: float = 0.1
    validation: Order = "random"
    patience: int = 0
    cache_features: bool = True

    @property
    def preprocessing(self) -> Preprocessing:
        """What the model that this makes does to a scan."""
        return self._prepared(self.tone if self.reading_tone is None else self.reading_tone)

    @property
    def learnt_from(self) -> Preprocessing:
        """What is done to a scan that it learns from."""
        return self._prepared(self.tone)

    def _prepared(self, tone: float | None) -> Preprocessing:
        if self.standardise:
            return Preprocessing(self.size, mean=0.0, std=1.0, standardise=True, tone=tone or 0.0)
        return Preprocessing(self.size, tone=tone or 0.0)

    @property
    def on_features(self) -> bool:
        """Whether epochs see features of the frozen backbone, made once, in place of pictures."""
        return self.freeze_backbone and self.cache_features

    @property
    def views(self) -> int:
        """How many changed copies of a training scan features are made of; 0 where it is learnt from as it is
        read."""
        if not self.on_features:
            return 0
        if self.augment != "none":
            return VIEWS
        return int(self.learnt_from != self.preprocessing)

    @property
    def copies(self) -> int:
        """How many changed copies of each training scan a batch holds."""
        return 2 if self.consistency else 1

    def size_in(self, epoch: int) -> int:
        """Side of the pictures that epoch (0-based) trains on."""
        if not self.on_features and epoch < self.epochs - 1:
            for size, end in zip(self.small_size, accumulate(self.small_epochs), strict=False):
                if epoch < end:
                    return min(size, self.size)
        return self.size


#: Recipes by name; the command line's other options change them further.
PRESETS: dict[str, Recipe] = {
    # Careful further training on one's own scans.
    "fine-tune": Recipe(schedule="onecycle", augment="strong", class_weights=True, keep="best"),
    # Quick: what the bundled model sees stays as it is, and is weighed anew for one's own scans.
    "head-only": Recipe(
        freeze_backbone=True,
        epochs=60,
        batch_size=32,
        lr=1e-3,
        optimizer="adamw",
        weight_decay=0.01,
        class_weights=True,
        keep="best",
        patience=12,
    ),
    # The first notebook: every layer, linear head, cross-entropy, Adam.
    "notebook-full": Recipe(init="imagenet", epochs=5, batch_size=8, lr=1e-4),
    # The second: frozen backbone, MLP head, flips and rotations, class weights, the best epoch kept.
    "notebook-frozen": Recipe(
        init="imagenet",
        head="mlp",
        freeze_backbone=True,
        epochs=10,
        batch_size=32,
        lr=1e-3,
        schedule="plateau",
        class_weights=True,
        augment="flips",
        keep="best",
    ),
    # The bundled model: from random weights, taught without an exposure's tone, of which it then sees a part,
    # and with little of what lies outside the lungs; steady under changes. Adults, of whom there are few, are
    # taken often.
    "bundled": Recipe(
        init="random",
        epochs=14,
        batch_size=16,
        lr=3e-3,
        small_size=(112,),
        small_epochs=(8,),
        optimizer="adamw",
        weight_decay=0.05,
        schedule="onecycle",
        label_smoothing=0.05,
        augment="wide",
        standardise=True,
        tone=1.0,
        reading_tone=0.3,
        focus=True,
        average=0.998,
        repeat=(1, 8),
        balance=True,
        consistency=1.0,
    ),
}
