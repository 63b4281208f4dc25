"""Two products share our import name: start-up says so, and says what to do."""

from pathlib import Path

import pytest

from agentops.base.errors import UsageError
from agentops.cli.installation import refuse_clash


def test_one_product_is_fine(tmp_path: Path) -> None:
    (tmp_path / "agentops").mkdir()
    (tmp_path / "agentops_gitops-0.1.0.dist-info").mkdir()
    refuse_clash(tmp_path)


def test_the_other_product_beside_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "agentops_gitops-0.1.0.dist-info").mkdir()
    (tmp_path / "agentops-0.4.21.dist-info").mkdir()
    with pytest.raises(UsageError, match=r"agentops-gitops and agentops-0\.4\.21") as caught:
        refuse_clash(tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert "uv tool install agentops-gitops" in caught.value.hint


def test_this_installation_is_whole() -> None:
    refuse_clash()
