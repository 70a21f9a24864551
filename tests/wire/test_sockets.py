"""A WebSocket where there is none is refused in words, protected, and troubles nobody's log."""

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect


@pytest.mark.parametrize("path", ["/", "/healthz", "/sample/v1/models", "/static/nope.css", "/stream/", "/stream/runs"])
def test_a_websocket_where_there_is_none_is_a_404(site: str, path: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(f"{site.replace('http', 'ws', 1)}{path}"):
        pass
    response = refused.value.response
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "Exception in ASGI application" not in caplog.text
