"""ToolWall without its model."""


def load():
    from toolwall.detect import CompositeDetector

    detector = CompositeDetector(use_judge=False)
    return lambda text: [("ATTACK", 0, len(text))] if detector.score(text)[0] >= 0.3 else []
