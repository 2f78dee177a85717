import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.jaxb.object.Message;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.simplereport.jaxb.XmlTimestamp;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CertificateVerifier;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonCertificateSource;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.spi.x509.revocation.ocsp.ExternalResourcesOCSPSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Judges what a pack's signatures are worth by EU DSS: its default policy, the time it is now, nothing fetched.
 *
 * <p>Arguments: the roots that are trusted (PEM), the pack whose certificates, CRLs and OCSP answers are known, and the
 * files to judge (packs or PDFs). Prints one JSON line for each signature and each of its time stamps.
 */
public final class Judge {
    public static void main(String[] arguments) throws Exception {
        CertificateVerifier known = known(new File(arguments[0]), new File(arguments[1]));
        for (int i = 2; i < arguments.length; i++) {
            judge(new File(arguments[i]), known);
        }
    }

    /** What may be believed: the roots, and what the pack knows of everybody else. */
    private static CertificateVerifier known(File roots, File pack) throws Exception {
        CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
        try (InputStream pem = new FileInputStream(roots)) {
            for (var root : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                trusted.addCertificate(new CertificateToken((X509Certificate) root));
            }
        }
        CommonCertificateSource others = new CommonCertificateSource();
        for (DSSDocument certificate : entries(pack, "certificates/")) {
            others.addCertificate(DSSUtils.loadCertificate(certificate.openStream()));
        }
        // From the pack alone: no source that fetches anything.
        CommonCertificateVerifier verifier = new CommonCertificateVerifier(true);
        verifier.setTrustedCertSources(trusted);
        verifier.setAdjunctCertSources(others);
        verifier.setCrlSource(new ExternalResourcesCRLSource(entries(pack, "crls/")));
        verifier.setOcspSource(new ExternalResourcesOCSPSource(entries(pack, "ocsps/")));
        return verifier;
    }

    private static DSSDocument[] entries(File pack, String folder) throws IOException {
        List<DSSDocument> found = new ArrayList<>();
        try (ZipFile zip = new ZipFile(pack)) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                if (entry.getName().startsWith(folder)) {
                    found.add(new InMemoryDocument(zip.getInputStream(entry).readAllBytes(), entry.getName()));
                }
            }
        }
        return found.toArray(DSSDocument[]::new);
    }

    private static void judge(File file, CertificateVerifier known) {
        SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(file));
        validator.setCertificateVerifier(known);
        Reports reports = validator.validateDocument();
        SimpleReport report = reports.getSimpleReport();
        for (String id : report.getSignatureIdList()) {
            SignatureWrapper signature = reports.getDiagnosticData().getSignatureById(id);
            // A signature in a PDF is known by its field, one in a pack by its entry.
            List<String> fields = signature.getSignatureFieldNames();
            String name = fields.isEmpty() ? signature.getFilename() : fields.get(0);
            print(file, name, String.valueOf(report.getSignatureFormat(id)), report, id);
            for (XmlTimestamp stamp : report.getSignatureTimestamps(id)) {
                print(file, name, "stamp", report, stamp.getId());
            }
        }
    }

    private static void print(File file, String name, String form, SimpleReport report, String id) {
        List<String> said = new ArrayList<>();
        for (Message message : report.getAdESValidationErrors(id)) {
            said.add(text(message.getValue()));
        }
        for (Message message : report.getAdESValidationWarnings(id)) {
            said.add(text(message.getValue()));
        }
        System.out.printf(
                "{\"file\": %s, \"signature\": %s, \"form\": %s, \"indication\": %s, \"sub\": %s, \"said\": [%s]}%n",
                text(file.getName()),
                text(name),
                text(form),
                text(String.valueOf(report.getIndication(id))),
                text(String.valueOf(report.getSubIndication(id))),
                String.join(", ", said));
    }

    private static String text(String value) {
        return '"' + String.valueOf(value).replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
