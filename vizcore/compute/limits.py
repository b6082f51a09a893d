"""What a run may cost, checked before it is queued."""

from dataclasses import dataclass


class LimitError(ValueError):
    """A run that is refused; the text tells the visitor why and what to do."""


@dataclass(frozen=True)
class Cost:
    """What a job will spend.

    Attributes
    ----------
    parameters : int
        Weights of the network, trained or not.
    multiply_adds : int
        Of the whole run: those of one sample forwards and backwards, times samples and epochs.
    epochs : int
        Times through the data.
    """

    parameters: int
    multiply_adds: int
    epochs: int


@dataclass(frozen=True)
class Limits:
    """The most that one run, and one visitor, may ask for.

    Attributes
    ----------
    parameters, multiply_adds, epochs : int
        Of one run. The default budget trains a network for CIFAR-10 with 100 million multiply-adds
        an image through some 70 epochs.
    waiting : int
        Runs of one visitor that wait or train.
    kept : int
        Runs of one visitor.

    Examples
    --------
    >>> Limits().check(Cost(parameters=6_000_000, multiply_adds=10**9, epochs=3))
    Traceback (most recent call last):
    ...
    vizcore.compute.limits.LimitError: This network has 6,000,000 parameters and the limit is \
5,000,000: use fewer filters or a smaller dense layer.
    """

    parameters: int = 5_000_000
    multiply_adds: int = 10**15
    epochs: int = 200
    waiting: int = 5
    kept: int = 50

    def check(self, cost):
        """Refuse what is too large.

        Raises
        ------
        LimitError
            With one sentence a visitor can act on.
        """
        if cost.parameters > self.parameters:
            raise LimitError(
                f"This network has {cost.parameters:,} parameters and the limit is"
                f" {self.parameters:,}: use fewer filters or a smaller dense layer."
            )
        if cost.epochs > self.epochs:
            raise LimitError(
                f"{cost.epochs:,} epochs are more than the limit of {self.epochs:,}: choose fewer;"
                " a finished run can be trained further."
            )
        if cost.multiply_adds > self.multiply_adds:
            share = cost.multiply_adds / self.multiply_adds
            raise LimitError(
                f"This run would take {share:,.1f} times the multiply-adds that one run may use:"
                " choose fewer epochs, fewer images or a smaller network."
            )

    def check_visitor(self, waiting, kept):
        """Refuse a further run to a visitor who has this many waiting, and this many in all.

        Raises
        ------
        LimitError
            With one sentence a visitor can act on.
        """
        if waiting >= self.waiting:
            raise LimitError(
                f"You have {waiting} runs that wait or train, the most at a time: wait for one to"
                " end, or cancel one."
            )
        if kept >= self.kept:
            raise LimitError(f"You have {kept} runs, the most that are kept: delete one first.")
