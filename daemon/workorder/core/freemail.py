"""Domains whose mailboxes anybody can have: they say nothing about who a sender works for.

A customer may not own one of these: with `gmail.com` as a customer's domain the whole world would
be that customer's staff. Listed are services that hand out mailboxes to the public, free or for a
fee, their country variants and aliases, the mailboxes of large access providers, relay addresses
and the best-known throw-away services. Names of companies are not listed, however large.
"""

_ONE_NAME = """
gmail.com googlemail.com
outlook.com hotmail.com live.com msn.com passport.com windowslive.com
yahoo.com ymail.com rocketmail.com myyahoo.com y7mail.com
aol.com aim.com love.com ygm.com games.com wow.com netscape.net verizon.net
icloud.com me.com mac.com privaterelay.appleid.com
proton.me protonmail.com protonmail.ch pm.me
tutanota.com tutanota.de tutamail.com tuta.com tuta.io keemail.me
fastmail.com fastmail.fm fastmail.net messagingengine.com sent.com
hey.com zoho.com zohomail.com zohomail.eu zohomail.in hushmail.com hush.com startmail.com
runbox.com posteo.de posteo.net mailbox.org mailfence.com disroot.org riseup.net
kolabnow.com countermail.com ctemplar.com duck.com mozmail.com simplelogin.com anonaddy.com
mail.com email.com usa.com post.com consultant.com engineer.com europe.com asia.com
myself.com writeme.com iname.com techie.com contractor.net accountant.com dr.com
inbox.com inbox.lv lycos.com excite.com juno.com netzero.net netzero.com
comcast.net xfinity.com att.net sbcglobal.net bellsouth.net pacbell.net ameritech.net swbell.net
prodigy.net snet.net flash.net cox.net charter.net spectrum.net rr.com roadrunner.com
twc.com earthlink.net mindspring.com optonline.net optimum.net frontier.com frontiernet.net
windstream.net centurylink.net embarqmail.com q.com suddenlink.net cableone.net
rogers.com bell.net sympatico.ca shaw.ca telus.net videotron.ca cogeco.ca eastlink.ca
gmx.net gmx.com gmx.de gmx.at gmx.ch gmx.eu gmx.us gmx.co.uk gmx.fr gmx.es gmx.it gmx.org
web.de freenet.de t-online.de arcor.de email.de online.de 1und1.de vodafone.de vodafonemail.de
o2online.de alice.de alice-dsl.net kabelmail.de unitybox.de mail.de magenta.de
aon.at chello.at a1.net drei.at bluewin.ch sunrise.ch hispeed.ch
orange.fr wanadoo.fr free.fr sfr.fr laposte.net neuf.fr bbox.fr club-internet.fr aliceadsl.fr
numericable.fr noos.fr cegetel.net voila.fr caramail.com
btinternet.com btopenworld.com talktalk.net tiscali.co.uk sky.com virginmedia.com virgin.net
ntlworld.com blueyonder.co.uk o2.co.uk plus.net plusnet.com mail2world.com eircom.net
libero.it virgilio.it alice.it tin.it tim.it tiscali.it inwind.it iol.it blu.it fastwebnet.it
email.it poste.it aruba.it pec.it
telefonica.net movistar.es terra.es ono.com orange.es wanadoo.es euskaltel.net
sapo.pt iol.pt clix.pt mail.pt netcabo.pt
telenet.be skynet.be proximus.be scarlet.be voo.be pandora.be
ziggo.nl kpnmail.nl planet.nl hetnet.nl home.nl xs4all.nl chello.nl casema.nl quicknet.nl
upcmail.nl tele2.nl solcon.nl zonnet.nl
telia.com bredband.net spray.se comhem.se tele2.se online.no broadpark.no start.no
mail.dk stofanet.dk tdcadsl.dk jubii.dk ofir.dk kolumbus.fi luukku.com suomi24.fi elisanet.fi
wp.pl o2.pl onet.pl op.pl poczta.onet.pl interia.pl interia.eu gazeta.pl tlen.pl vp.pl go2.pl
seznam.cz email.cz post.cz centrum.cz volny.cz atlas.cz azet.sk zoznam.sk centrum.sk
freemail.hu citromail.hu indamail.hu t-online.hu abv.bg mail.bg dir.bg
mail.ru bk.ru list.ru inbox.ru internet.ru rambler.ru lenta.ru ro.ru autorambler.ru myrambler.ru
yandex.com ya.ru narod.ru ukr.net i.ua meta.ua bigmir.net tut.by
mynet.com walla.com walla.co.il netvision.net.il bezeqint.net 012.net.il
qq.com vip.qq.com foxmail.com 163.com vip.163.com 126.com yeah.net 188.com sina.com sina.cn
sohu.com aliyun.com 139.com 189.cn 21cn.com tom.com wo.cn
naver.com hanmail.net daum.net nate.com kakao.com korea.com
docomo.ne.jp ezweb.ne.jp au.com softbank.ne.jp i.softbank.jp nifty.com biglobe.ne.jp
goo.jp excite.co.jp infoseek.jp ocn.ne.jp so-net.ne.jp
rediffmail.com sify.com indiatimes.com in.com vsnl.net bsnl.in
bigpond.com bigpond.net.au optusnet.com.au iinet.net.au tpg.com.au internode.on.net
xtra.co.nz slingshot.co.nz vodafone.co.nz
uol.com.br bol.com.br terra.com.br ig.com.br globo.com globomail.com r7.com oi.com.br zipmail.com.br
prodigy.net.mx terra.com terra.cl vtr.net fibertel.com.ar speedy.com.ar arnet.com.ar
ciudad.com.ar cantv.net une.net.co mweb.co.za telkomsa.net vodamail.co.za webmail.co.za
mailinator.com guerrillamail.com guerrillamail.info sharklasers.com yopmail.com yopmail.fr
10minutemail.com temp-mail.org trashmail.com trash-mail.com maildrop.cc getnada.com
dispostable.com throwawaymail.com spamgourmet.com mailnesia.com tempmail.com mohmal.com
"""

# Services that hand out the same mailboxes under a country's domain, and the countries they use.
_BY_COUNTRY = {
    "hotmail": "be ca ch cl co.id co.il co.in co.jp co.kr co.nz co.th co.uk co.za com.ar com.au"
    " com.br com.hk com.mx com.tr com.tw com.vn cz de dk es fi fr gr hu it lt lv my nl no ph rs se"
    " sg sk",
    "live": "at be ca ch cl cn co.il co.kr co.uk co.za com.ar com.au com.mx com.my com.ph com.pt"
    " com.sg de dk fi fr hk ie in it jp nl no ru se",
    "outlook": "at be bg cl co.id co.il co.nz co.th com.ar com.au com.br com.gr com.pe com.tr"
    " com.vn cz de dk es fr hu ie in it jp kr lv my ph pt sa sg sk",
    "yahoo": "at be bg ca ch cl cn co.id co.il co.in co.jp co.kr co.nz co.th co.uk co.za com.ar"
    " com.au com.br com.cn com.co com.hk com.mx com.my com.pe com.ph com.sg com.tr com.tw com.ua"
    " com.ve com.vn cz de dk es fi fr gr hr hu ie in it lt lv nl no pl pt ro rs se si sk",
    "ymail": "co.uk fr de",
    "aol": "at be ca ch cl co.nz co.uk com.ar com.au com.br com.co com.mx com.tr cz de dk es fi fr"
    " hk in it jp kr nl no pl ru se tw",
    "yandex": "az by ca co.il com.ge com.tr de ee eu fr kg kz lt lv md net org pl ru tj tm ua uz",
    "icloud": "com.cn",
    "hushmail": "me",
    "msn": "ca cn co.jp de es fr it nl se",
}

FREE_MAIL = frozenset(_ONE_NAME.split()) | {
    f"{service}.{country}"
    for service, countries in _BY_COUNTRY.items()
    for country in countries.split()
}


def is_free_mail(domain: str) -> bool:
    """Whether anybody can have an address at `domain`; case and a final dot do not matter.

    A domain under one of the list (`mail.yahoo.com`) is as its parent.
    """
    labels = domain.strip().lower().removesuffix(".").split(".")
    return any(".".join(labels[start:]) in FREE_MAIL for start in range(len(labels)))
