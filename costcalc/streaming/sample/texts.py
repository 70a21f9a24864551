"""What the built-in provider says: running text in English and Vietnamese, for nobody's question in particular. Pure.

An answer is three of a language's paragraphs in the order that its seed gives them; each stands by itself.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final, Literal

import numpy

Language = Literal["en", "vi"]
IN_ONE_ANSWER: Final = 3
# Letters that no other language in Latin letters has, and frequent words without one of them.
_LETTERS: Final = "ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"
_WORDS: Final = "chào|các|còn|gì|hãy|khi nào|làm|mình|này|tôi|và|vì|về"
_VIETNAMESE: Final = re.compile(rf"[{_LETTERS}]|\b(?:{_WORDS})\b", re.IGNORECASE)


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a text, which empty lines divide, each on one line."""
    return tuple(" ".join(each.split()) for each in text.strip().split("\n\n"))


PARAGRAPHS: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": paragraphs(
        """
        Server-sent events keep one ordinary HTTP response open. The server writes a line of text, adds an empty
        line, and the browser hands that text to the page at once. Nothing is upgraded and nothing is framed, so
        every proxy, log and load balancer between the two already understands it — provided that none of them
        waits for the end.

        Network chunks are not events. A router may cut a stream in the middle of a line, or between the two
        bytes of an “é”, and glue the next three events together. A client that splits on chunks works on the
        developer’s desk and loses words in production; one that keeps the unfinished rest until its line ends
        reads the same text however it was cut.

        What a reader feels is not the total time but the wait for the first word. Two providers may both need
        four seconds for an answer; the one that begins after 200 ms seems quick, and the one that begins after
        two seconds seems broken. So measure the time to the first token apart from the pace of the rest — and
        compare the slowest one in twenty as well as the median.

        A price list quotes dollars per million tokens, and the two sides of a conversation cost differently. A
        model at $2 in and $8 out takes $0.006 for a request of 1,000 input and 500 output tokens: a third for
        the question, two thirds for the answer. Multiply by 50,000 requests a day and thirty days, and that
        fraction of a cent has become $9,000 — every month.

        Changing providers looks like changing one base URL. Then the details arrive: another tokenizer counts
        the same prompt 8 % longer, errors carry other codes, the usage is missing unless you ask for it, and
        prompts tuned for months meet a model with habits of its own. Send five percent of the traffic first,
        keep the old key alive, and let figures decide each step — not the calendar.

        A WebSocket carries messages both ways, which a completion does not need: the question is asked once,
        and only the answer flows. In return you write yourself what HTTP already has — status codes, retries,
        authentication, and a way to go on where the connection broke. Choose it when the user talks while the
        model answers, as in voice; otherwise the plainer road is shorter.

        A stream can end in four ways. It is complete when a finish reason has arrived; truncated when the bytes
        simply stop; an error when the provider says so, even inside a response that began with 200; and
        cancelled when the reader pressed stop. A client that sets the same full stop after all four will,
        sooner or later, save half an answer as a whole one — and nobody will notice.

        When the reader closes the tab, the model should stop, too. Every token after that moment is made,
        counted and paid for, and nobody reads it. A relay that notices the closed connection and closes its own
        within milliseconds saves that money; one that waits for the end of the answer pays for every impatient
        visitor — and holds a socket, a buffer and a place in the queue while it does.
        """
    ),
    "vi": paragraphs(
        """
        Server-Sent Events giữ cho một phản hồi HTTP bình thường luôn mở. Máy chủ ghi một dòng chữ, thêm một
        dòng trống, và trình duyệt chuyển ngay phần chữ đó cho trang. Không phải nâng cấp giao thức, không phải
        đóng khung thông điệp, nên mọi proxy và bộ cân bằng tải ở giữa đều hiểu được — miễn là không nơi nào chờ
        đến hết mới gửi đi.

        Mảnh dữ liệu trên mạng không phải là sự kiện. Đường truyền có thể cắt luồng ngay giữa một dòng, thậm chí
        giữa các byte của chữ “ế”, rồi dán ba sự kiện tiếp theo vào làm một. Chương trình tách theo mảnh thì
        chạy tốt trên máy lập trình viên và mất chữ khi vận hành thật; chương trình giữ lại phần chưa trọn dòng
        thì luôn đọc ra cùng một văn bản, dù luồng bị cắt thế nào.

        Điều người đọc cảm nhận không phải là tổng thời gian, mà là quãng chờ chữ đầu tiên. Hai nhà cung cấp có
        thể cùng mất bốn giây cho một câu trả lời; bên bắt đầu sau 200 ms thì thấy nhanh, bên bắt đầu sau hai
        giây thì tưởng đã hỏng. Vì vậy hãy đo riêng thời gian đến token đầu tiên và nhịp của phần còn lại, rồi
        so sánh cả trung vị lẫn nhóm 5 % chậm nhất.

        Bảng giá tính bằng đô la cho một triệu token, và hai chiều của cuộc trò chuyện có giá khác nhau. Mô hình
        giá 2 USD đầu vào và 8 USD đầu ra lấy 0,006 USD cho một yêu cầu gồm 1.000 token vào và 500 token ra: một
        phần ba cho câu hỏi, hai phần ba cho câu trả lời. Nhân với 50.000 yêu cầu mỗi ngày và ba mươi ngày,
        khoản chưa đến một xu ấy thành 9.000 USD mỗi tháng.

        Đổi nhà cung cấp trông như chỉ đổi một base URL. Rồi chi tiết mới lộ ra: tokenizer khác đếm cùng một
        prompt dài hơn 8 %, mã lỗi khác đi, số liệu sử dụng không có nếu không hỏi, và những prompt đã chỉnh
        suốt nhiều tháng gặp một mô hình có thói quen riêng. Hãy chuyển năm phần trăm lưu lượng trước, giữ khóa
        cũ còn hiệu lực, và để con số quyết định từng bước — chứ không phải tờ lịch.

        WebSocket chở thông điệp theo cả hai chiều, điều mà một câu trả lời không cần đến: câu hỏi chỉ gửi một
        lần, sau đó chỉ có câu trả lời chảy về. Đổi lại, bạn phải tự viết những gì HTTP vốn đã có: mã trạng
        thái, thử lại, xác thực, và cách đi tiếp từ chỗ bị đứt. Hãy chọn nó khi người dùng vừa nghe vừa nói, như
        trò chuyện bằng giọng nói; nếu không, con đường đơn giản vẫn ngắn hơn.

        Một luồng có bốn cách kết thúc. Nó hoàn tất khi lý do kết thúc đã đến; bị cụt khi các byte lặng lẽ dừng
        lại; bị lỗi khi nhà cung cấp báo lỗi, kể cả bên trong một phản hồi đã mở đầu bằng mã 200; và bị hủy khi
        người đọc bấm dừng. Chương trình nào đặt cùng một dấu chấm hết cho cả bốn thì sớm muộn cũng lưu nửa câu
        trả lời như thể đã đủ — mà chẳng ai hay.

        Khi người đọc đóng trang, mô hình cũng nên dừng. Mỗi token sinh ra sau lúc đó vẫn được đếm và tính tiền,
        dù không còn ai đọc. Một trạm chuyển tiếp nhận ra kết nối đã đóng và đóng luôn phía mình trong vài mili
        giây sẽ tiết kiệm khoản ấy; trạm nào chờ đến hết câu trả lời thì trả tiền cho từng vị khách thiếu kiên
        nhẫn — và trong lúc đó còn giữ một socket, một bộ đệm và một chỗ trong hàng đợi.
        """
    ),
}
THOUGHTS: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": paragraphs(
        """
        The question is about a stream, so the answer should say what arrives, in which order, and what a reader
        may rely on. Begin with the plain fact, then give one example with figures. Leave out what was not
        asked.

        Three things could be meant here: the transport, the price, or the move between providers. None of them
        excludes the others. One short paragraph each is enough, and each should stand without the other two.

        First check the figures: 50,000 requests a day at $0.006 are $300 a day, so $9,000 in thirty days. That
        holds. Now put the most useful statement first, and name the case in which it would be wrong.
        """
    ),
    "vi": paragraphs(
        """
        Câu hỏi nói về một luồng, vậy câu trả lời phải cho biết cái gì đến, theo thứ tự nào, và người đọc có thể
        tin vào điều gì. Bắt đầu bằng sự việc đơn giản nhất, rồi một ví dụ có con số. Bỏ qua những gì không được
        hỏi.

        Ở đây có thể hiểu theo ba hướng: cách truyền, giá tiền, hay việc chuyển nhà cung cấp. Không hướng nào
        loại trừ hướng nào. Mỗi hướng một đoạn ngắn là đủ, và mỗi đoạn phải đứng vững một mình.

        Trước hết kiểm tra con số: 50.000 yêu cầu mỗi ngày, mỗi yêu cầu 0,006 USD, là 300 USD một ngày, vậy ba
        mươi ngày là 9.000 USD. Đúng. Giờ hãy đặt ý hữu ích nhất lên đầu, và nêu trường hợp mà ý đó không còn
        đúng.
        """
    ),
}


def language_of(prompt: str) -> Language:
    """The language to answer in: Vietnamese where the prompt is written in it, with its marks; else English."""
    return "vi" if _VIETNAMESE.search(unicodedata.normalize("NFC", prompt)) else "en"


def answer_text(language: Language, seed: int) -> str:
    """Three paragraphs, the same ones for the same seed; there are 336 such answers a language."""
    offered = PARAGRAPHS[language]
    places = chance(seed, "text").permutation(len(offered))[:IN_ONE_ANSWER]
    return "\n\n".join(offered[place] for place in places)


def thoughts(language: Language, seed: int) -> str:
    """What is thought before an answer."""
    return str(chance(seed, "thoughts").choice(THOUGHTS[language]))


def chance(seed: int, what: str) -> numpy.random.Generator:
    """Random numbers that a seed decides, other ones for each purpose; `seed` is any 64-bit number."""
    return numpy.random.default_rng([seed % 2**64, *what.encode()])
