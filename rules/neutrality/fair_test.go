package neutrality

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// codesIn lints one text as a part and returns the codes of its findings.
func codesIn(t *testing.T, part Part, language, statement string) []Code {
	t.Helper()
	findings, err := Lint([]Requirement{{ID: "R", Part: part, Statement: map[string]string{language: statement}}})
	require.NoError(t, err)
	codes := []Code{}
	for _, f := range findings {
		codes = append(codes, f.Code)
	}
	return codes
}

// examples are texts, one a line, that must be found and that must not, by language.
type examples map[string]struct{ found, left string }

func (all examples) check(t *testing.T, part Part, code Code) {
	t.Helper()
	for _, language := range []string{"de", "en", "es", "fr", "it", "nl", "pl", "pt", "tr"} {
		e, ok := all[language]
		require.True(t, ok, "no examples in %s", language)
		for line := range strings.Lines(strings.TrimSpace(e.found)) {
			require.Contains(t, codesIn(t, part, language, strings.TrimSpace(line)), code, "%s: %s", language, line)
		}
		for line := range strings.Lines(strings.TrimSpace(e.left)) {
			require.NotContains(t, codesIn(t, part, language, strings.TrimSpace(line)), code, "%s: %s", language, line)
		}
	}
}

// Directive 2014/24/EU, Articles 18(1) and 42(2): no preference for what is national, regional or local.
func TestAPreferenceForOnePlaceIsFoundInEachLanguage(t *testing.T) {
	t.Parallel()
	examples{
		"en": {`Local firms are preferred.
			The tenderer is a domestic company.
			Tenderers have at least three local references.
			References from the region are required.
			The supplier must be established in the country of the lead buyer.
			The tenderer has its registered office in the province.
			Quality is shown by a national certificate.
			Products are made in the region.
			Experience in the local market counts.`,
			`A local network connects the rooms.
			The national authority receives a report.
			The tool runs on local servers and keeps a local copy.
			The regional hospital has 400 beds.
			The process is the one established in Annex 2.
			Users set their preference for local time.
			The registered office of the tenderer is stated.
			Quality is shown by a national certificate or equivalent.
			The seat in the waiting room is 45 cm high.
			Local operators stop the robot by hand.
			Accreditation is by a national accreditation body of any member state.`},
		"fr": {`Les entreprises locales sont préférées.
			Le soumissionnaire présente trois références régionales.
			Le titulaire est établi dans la région.
			Le siège social est situé en Bretagne.
			La qualité est attestée par un certificat national.
			Les produits sont fabriqués localement.
			Une implantation locale est exigée.
			La préférence nationale s'applique.`,
			`Un réseau local relie les salles.
			L'autorité nationale reçoit un rapport.
			Les heures locales sont affichées.
			L'hôpital régional compte 400 lits.
			Le siège social du soumissionnaire est indiqué.
			Un certificat national ou équivalent est accepté.
			Un siège à roulettes est fourni.
			La procédure est décrite à l'annexe 2.`},
		"de": {`Ortsansässige Unternehmen werden bevorzugt.
			Der Bieter ist in der Region ansässig.
			Drei regionale Referenzen sind vorzulegen.
			Der Auftragnehmer hat seinen Sitz in Sachsen.
			Eine Niederlassung vor Ort ist nachzuweisen.
			Es sind Referenzen aus der Region gefordert.
			Die Qualität belegt ein nationales Zertifikat.
			Heimische Produkte erhalten den Zuschlag.`,
			`Ein lokales Netz verbindet die Räume.
			Die nationale Behörde erhält einen Bericht.
			Der Sitz des Bieters ist anzugeben.
			Das regionale Krankenhaus hat 400 Betten.
			Örtliche Betreuer lesen die Werte ab.
			Ein nationales Zertifikat oder gleichwertig wird anerkannt.
			Der Sitz im Wartezimmer ist 45 cm hoch.
			Störungen behebt der Dienst vor Ort.`},
		"it": {`Le imprese locali sono preferite.
			Il concorrente presenta tre referenze regionali.
			L'offerente è stabilito nella regione.
			La sede legale è situata nel comune.
			La qualità è attestata da un certificato nazionale.
			I prodotti sono fabbricati localmente.
			È richiesta una filiale locale.`,
			`Una rete locale collega le stanze.
			L'autorità nazionale riceve un rapporto.
			L'ora locale è mostrata.
			L'ospedale regionale ha 400 letti.
			La sede legale dell'offerente è indicata.
			Un certificato nazionale o equivalente è accettato.`},
		"es": {`Las empresas locales tienen preferencia.
			El licitador presenta tres referencias regionales.
			El adjudicatario está establecido en la región.
			La sede social está situada en el municipio.
			La calidad se acredita con un certificado nacional.
			Los productos son fabricados en la región.
			Se valora el arraigo territorial.`,
			`Una red local conecta las salas.
			La autoridad nacional recibe un informe.
			Se muestra la hora local.
			El hospital regional tiene 400 camas.
			Se indica la sede social del licitador.
			Se acepta un certificado nacional o equivalente.`},
		"tr": {`Yerli firmalar tercih edilir.
			YERLİ İSTEKLİLER avantajlıdır.
			İstekli üç yerel referans sunar.
			Bölgede kurulu olmak şarttır.
			Şirketin merkezi Ankara ilinde olmalıdır.
			Kalite ulusal sertifika ile gösterilir.
			Yerli malı teklif edilir.`,
			`Yerel ağ odaları bağlar.
			Ulusal makam bir rapor alır.
			Yerel saat gösterilir.
			Bölgesel hastanenin 400 yatağı vardır.
			Ulusal sertifika veya dengi kabul edilir.
			Firmanın merkezi belirtilir.`},
		"nl": {`Lokale ondernemingen krijgen voorrang.
			De inschrijver is in de regio gevestigd.
			Er zijn drie regionale referenties nodig.`,
			`Een lokaal netwerk verbindt de kamers.
			De nationale autoriteit krijgt een verslag.
			De zetel van de inschrijver wordt vermeld.`},
		"pl": {`Lokalne firmy mają pierwszeństwo.
			Wymagane są trzy referencje krajowe.
			Siedziba znajduje się w województwie.`,
			`Sieć lokalna łączy sale.
			Organ krajowy otrzymuje sprawozdanie.
			Lokalne firmware jest aktualizowane co miesiąc.
			Należy podać siedzibę wykonawcy.`},
		"pt": {`As empresas locais têm preferência.
			O concorrente apresenta três referências regionais.
			O adjudicatário está estabelecido na região.`,
			`Uma rede local liga as salas.
			A autoridade nacional recebe um relatório.
			A sede do concorrente é indicada.`},
	}.check(t, PartNeed, CodeLocalPreference)
}

// Directive 2014/24/EU, Articles 63 and 71: tenderers may rely on others and subcontract.
func TestALimitToSubcontractingIsFoundInEachLanguage(t *testing.T) {
	t.Parallel()
	examples{
		"en": {`Subcontracting is not allowed.
			At most 30 % of the value may be subcontracted.
			The contractor may not subcontract the installation.
			No part of the work is subcontracted.
			The work is done without subcontracting.
			The contractor uses its own staff only.
			The service is performed by the tenderer itself.
			Subcontracting of more than, or up to, a third is refused.`,
			`Subcontracting is allowed.
			Parts of the work may be subcontracted.
			The tender states the share that is subcontracted.
			Subcontractors are paid within at most 30 days.
			No subcontractor reads personal data without a contract.
			The buyer's own staff is trained.
			Subcontracting does not change who is liable.`},
		"fr": {`La sous-traitance est interdite.
			La sous-traitance n'est pas autorisée.
			Les prestations ne peuvent être sous-traitées.
			Au plus 30 % du marché peut être sous-traité.
			Le titulaire ne peut pas sous-traiter l'installation.
			Le service est assuré sans sous-traitance.`,
			`La sous-traitance est autorisée.
			L'offre indique la part qui est sous-traitée.
			Les sous-traitants sont payés dans un délai de 30 jours au plus.
			La sous-traitance ne change rien à la responsabilité.`},
		"de": {`Unteraufträge sind ausgeschlossen.
			Die Vergabe von Unteraufträgen ist auf höchstens 30 % begrenzt.
			Unterauftragsvergabe ist nicht zulässig.
			Die Leistung wird ausschließlich mit eigenem Personal erbracht.
			Es gilt ein Selbstausführungsgebot.
			Die Leistung ist ohne Nachunternehmer zu erbringen.`,
			`Unteraufträge sind zulässig.
			Das Angebot nennt die Leistungen, die untervergeben werden.
			Unterauftragnehmer werden binnen höchstens 30 Tagen bezahlt.
			Eigenes Personal der Auftraggeber wird geschult.`},
		"it": {`Il subappalto non è ammesso.
			Il subappalto è vietato.
			Al massimo il 30 % può essere subappaltato.
			Le prestazioni non possono essere subappaltate.
			Il servizio è reso senza subappalto.`,
			`Il subappalto è ammesso.
			L'offerta indica la parte che è subappaltata.
			I subappaltatori sono pagati entro 30 giorni al massimo.`},
		"es": {`La subcontratación no está permitida.
			Queda prohibida la ejecución y la subcontratación está excluida.
			Como máximo el 30 % podrá subcontratarse.
			No se admite la subcontratación.
			Los trabajos no podrán ser subcontratados.`,
			`La subcontratación está permitida.
			La oferta indica la parte que se subcontrata.
			Los subcontratistas cobran en 30 días como máximo.`},
		"tr": {`Alt yüklenici çalıştırılamaz.
			İşin en fazla % 30'u alt yüklenicilere verilebilir.
			Taşeron kullanımı yasaktır.
			Hizmet yalnızca kendi personeli ile verilir.`,
			`Alt yüklenici çalıştırılabilir.
			Teklif alt yüklenicilerin payını belirtir.
			Personel eğitilir.`},
		"nl": {`Onderaanneming is niet toegestaan.
			Ten hoogste 30 % wordt uitbesteed.`, `Onderaanneming is toegestaan.
			De onderaannemers worden binnen 30 dagen betaald.`},
		"pl": {`Podwykonawstwo nie jest dopuszczalne.
			Najwyżej 30 % prac można podzlecić.`, `Podwykonawstwo jest dopuszczalne.
			Podwykonawcy otrzymują zapłatę najwyżej po 30 dniach.`},
		"pt": {`A subcontratação não é permitida.
			No máximo 30 % pode ser subcontratado.`, `A subcontratação é permitida.
			Os subcontratados recebem o contrato.`},
	}.check(t, PartClause, CodeSubcontracting)
}

// C-532/06 Lianakis: the experience of the firm is for selection; that of the people who perform the contract may be
// scored (Directive 2014/24/EU, Article 67(2)(b)).
func TestWhatATendererIsIsNoAwardCriterion(t *testing.T) {
	t.Parallel()
	examples{
		"en": {`Experience
			References
			Years of experience of the firm
			Annual turnover of the company
			Experience of the firm and its team
			Size of the company
			Financial standing`,
			`Experience of the team
			References of the project manager
			User experience
			Qualification of the key persons
			Quality of the offer
			Staff turnover
			Reference architecture`},
		"fr": {`Chiffre d'affaires
			Références
			Expérience de l'entreprise
			Capacité financière`, `Expérience de l'équipe
			Expérience utilisateur
			Qualité de l'offre`},
		"de": {`Umsatz
			Referenzen des Bieters
			Erfahrung des Unternehmens und seines Teams
			Wirtschaftliche Leistungsfähigkeit`, `Erfahrung des Teams
			Nutzererfahrung
			Qualifikation des Personals`},
		"it": {`Fatturato
			Referenze
			Esperienza dell'impresa`, `Esperienza del personale
			Esperienza utente
			Qualità dell'offerta`},
		"es": {`Volumen anual de negocios
			Referencias
			Experiencia de la empresa`, `Experiencia del equipo
			Experiencia de usuario
			Módulo de facturación`},
		"tr": {`Ciro
			Referanslar
			Firmanın deneyimi`, `Ekibin deneyimi
			Kullanıcı deneyimi
			Teklifin kalitesi`},
		"nl": {"Omzet\nErvaring van de onderneming", "Ervaring van het team\nGebruikerservaring"},
		"pl": {"Doświadczenie wykonawcy\nObrót", "Doświadczenie zespołu\nJakość oferty"},
		"pt": {"Volume de negócios\nExperiência da empresa", "Experiência da equipa\nQualidade da proposta"},
	}.check(t, PartAward, CodeSelection)
}

func TestWhatIsLookedForDependsOnWhatATextIsFor(t *testing.T) {
	t.Parallel()
	const patents, vague, brand = "Patents stay with the contractor.", "User friendly", "As in Nvidia CUDA."
	require.Contains(t, codesIn(t, PartNeed, "en", "The patent is used."), CodeOrigin)
	require.Empty(t, codesIn(t, PartClause, "en", patents), "a clause on intellectual property speaks of patents")
	require.Contains(t, codesIn(t, PartNeed, "en", vague), CodeVague)
	require.Empty(t, codesIn(t, PartAward, "en", vague), "what is scored need not be measured")
	require.Empty(t, codesIn(t, PartNeed, "en", "The experience of users is asked for."), "it is no award criterion")
	for _, part := range []Part{PartNeed, PartAward, PartCriterion, PartClause} {
		require.Contains(t, codesIn(t, part, "en", brand), CodeBrand)
		require.Contains(t, codesIn(t, part, "en", "As in ISO 9001."), CodeStandard)
		require.Contains(t, codesIn(t, part, "da", "Hvad som helst."), CodeLanguage)
	}
	require.Empty(t, Part("poem").looked())
}

func TestWordsThatMeanSomethingTogetherStandInOneSentence(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"subcontracting_limited: At most 30 % of the value may be subcontracted"},
		foundIn(t, PartClause, "At most 30 % of the value may be subcontracted."))
	require.Equal(t, []string{"subcontracting_limited: subcontracted up to"},
		foundIn(t, PartClause, "It may be subcontracted up to a half."))
	require.Empty(t, foundIn(t, PartClause, "It may be subcontracted. Payment takes at most 30 days."))
	require.Empty(t, foundIn(t, PartClause, "It is subcontracted "+strings.Repeat("and so ", 20)+"at most once."))
}

func foundIn(t *testing.T, part Part, statement string) []string {
	t.Helper()
	findings, err := Lint([]Requirement{{ID: "R", Part: part, Statement: map[string]string{"en": statement}}})
	require.NoError(t, err)
	var texts []string
	for _, f := range findings {
		texts = append(texts, string(f.Code)+": "+f.Text)
	}
	return texts
}
