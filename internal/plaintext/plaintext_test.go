package plaintext_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"codeberg.org/go-pdf/fpdf"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/text/encoding/unicode"

	"github.com/ppi-engine/ppi/internal/plaintext"
	"github.com/ppi-engine/ppi/models"
)

func printed(t testing.TB, protect bool, pages ...string) []byte {
	t.Helper()
	p := fpdf.New("P", "mm", "A4", "")
	p.AddUTF8FontFromBytes("Go", "", goregular.TTF)
	if protect {
		p.SetProtection(fpdf.CnProtectPrint, "reader", "owner")
	}
	p.SetFont("Go", "", 11)
	for _, text := range pages {
		p.AddPage()
		p.MultiCell(0, 6, text, "", "L", false)
	}
	var out bytes.Buffer
	require.NoError(t, p.Output(&out))
	return out.Bytes()
}

// word makes a Word document of the XML of its parts.
func word(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, xml := range parts {
		f, err := w.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(f, xml)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

const opening = `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" ` +
	`xmlns:mc="urn:mc"><w:body>`

func document(body string) string {
	return opening + body + `</w:body></w:document>`
}

func TestAPDFIsReadPageByPageAndItsLinesArePutTogether(t *testing.T) {
	t.Parallel()
	const long = "Sunucular Almanya'da üretilmiş olmalıdır ve bu cümle bir satıra sığmayacak kadar uzun " +
		"yazılmıştır ki satır sonunda bölünsün, çünkü insanlar böyle yazar."
	text, err := plaintext.Read(t.Context(), printed(t, false, "Şartname\n"+long, "İkinci sayfa"))
	require.NoError(t, err)
	require.Contains(t, text.Content, long)
	require.Contains(t, text.Content, "Şartname\n")
	at := strings.Index(text.Content, "İkinci")
	require.Equal(t, "page 2", text.Where(utf8.RuneCountInString(text.Content[:at])))
	require.Equal(t, "page 1", text.Where(3))
}

func TestWhatCannotBeReadIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	whole := printed(t, false, "A need")
	for name, c := range map[string]struct {
		file   []byte
		code   models.Code
		reason string
	}{
		"a PDF with a password":  {printed(t, true, "A need"), models.CodeTextUnreadable, "password"},
		"a page without words":   {printed(t, false, ""), models.CodeTextUnreadable, "no words"},
		"a PDF that is cut off":  {whole[:40], models.CodeTextUnreadable, "damaged"},
		"an archive":             {word(t, map[string]string{"a": "A need"}), models.CodeTextUnreadable, "archive"},
		"a cut archive":          {[]byte("PK\x03\x04abc"), models.CodeTextUnreadable, "damaged"},
		"Latin-1":                {[]byte("fabriqu\xe9 en France"), models.CodeTextUnreadable, "UTF-8"},
		"bytes":                  {[]byte("a\x00b"), models.CodeTextUnreadable, "UTF-8"},
		"nothing":                {nil, models.CodeTextUnreadable, "no words"},
		"a document that is cut": {word(t, docx("<w:p><w:r><w:t>A")), models.CodeTextUnreadable, "damaged"},
		"more text than is read": {
			[]byte(strings.Repeat("a ", 1+plaintext.LongestText/2)), models.CodeBodyTooLarge, "text",
		},
		"a file that is too large": {make([]byte, plaintext.LargestFile+1), models.CodeBodyTooLarge, "larger"},
		"a bomb": {
			word(t, docx(strings.Repeat(" ", 1+16*plaintext.LongestText))), models.CodeBodyTooLarge, "text",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := plaintext.Read(t.Context(), c.file)
			refusal, refused := models.RefusalOf(err)
			require.True(t, refused, "%v", err)
			require.Equal(t, c.code, refusal.Code)
			require.Contains(t, refusal.Detail, c.reason)
			require.NotEmpty(t, refusal.Accepted)
		})
	}
}

func docx(body string) map[string]string {
	return map[string]string{"word/document.xml": opening + body}
}

func TestAWordDocumentIsReadAsItWouldBePrinted(t *testing.T) {
	t.Parallel()
	text, err := plaintext.Read(t.Context(), word(t, map[string]string{
		"word/document.xml": document(`<w:p><w:r><w:t>Servers by </w:t></w:r><w:r><w:t>Intel</w:t></w:r></w:p>` +
			`<w:p><w:del><w:r><w:delText>Dell only</w:delText></w:r></w:del>` +
			`<w:ins><w:r><w:t>any maker</w:t></w:r></w:ins>` +
			`<w:r><w:tab/><w:noBreakHyphen/><w:t>x</w:t><w:br/><w:t>y</w:t></w:r></w:p>` +
			`<w:p><mc:AlternateContent><mc:Choice><w:t>once</w:t></mc:Choice><mc:Fallback><w:p><w:t>once</w:t></w:p>` +
			`</mc:Fallback></mc:AlternateContent></w:p>`),
		"word/footer1.xml": document(`<w:p><w:r><w:t>Page of the buyer</w:t></w:r></w:p>`),
		"word/styles.xml":  document(`<w:p><w:r><w:t>never read</w:t></w:r></w:p>`),
	}))
	require.NoError(t, err)
	require.Equal(t, "Servers by Intel\nany maker\t-x\ny\nonce\nPage of the buyer\n", text.Content)
	require.Equal(t, "paragraph 1", text.Where(0))
	require.Equal(t, "paragraph 2", text.Where(20))
	require.Equal(t, "footer, paragraph 1", text.Where(40))
}

func TestPlainTextIsReadWithAnyLineEndsAndByteOrderMark(t *testing.T) {
	t.Parallel()
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("one\r\ntwo é")
	require.NoError(t, err)
	for _, file := range []string{"one\ntwo é", "\ufeffone\rtwo e\u0301", utf16} {
		text, err := plaintext.Read(t.Context(), []byte(file))
		require.NoError(t, err)
		require.Equal(t, "one\ntwo é\n", text.Content)
		require.Equal(t, "line 2", text.Where(6))
	}
}

func FuzzRead(f *testing.F) {
	f.Add(word(f, docx(`<w:p><w:r><w:t>A need</w:t></w:r></w:p></w:body></w:document>`)))
	f.Add([]byte("one\r\ntwo"))
	f.Fuzz(func(t *testing.T, file []byte) {
		text, err := plaintext.Read(t.Context(), file)
		if _, refused := models.RefusalOf(err); err != nil && !refused {
			t.Fatalf("neither text nor refusal: %v", err)
		}
		if err == nil && text.Where(0) == "" && strings.TrimSpace(strings.SplitN(text.Content, "\n", 2)[0]) != "" {
			t.Fatalf("nobody can tell where %q begins", text.Content)
		}
	})
}
